// The few emoji that a bank uses; others are shown by name.
export const EMOJI = {
  "+1": "👍", thumbsup: "👍", "-1": "👎", thumbsdown: "👎", eyes: "👀", white_check_mark: "✅", heavy_check_mark: "✔️",
  x: "❌", warning: "⚠️", tada: "🎉", pray: "🙏", clap: "👏", heart: "❤️", smile: "😄", slightly_smiling_face: "🙂",
  thinking_face: "🤔", raised_hands: "🙌", wave: "👋", rocket: "🚀", hourglass_flowing_sand: "⏳", hourglass: "⌛",
  lock: "🔒", unlock: "🔓", page_facing_up: "📄", paperclip: "📎", file_folder: "📁", open_file_folder: "📂",
  books: "📚", bookmark_tabs: "📑", scroll: "📜", mag: "🔍", mag_right: "🔎", bar_chart: "📊",
  chart_with_upwards_trend: "📈", chart_with_downwards_trend: "📉", link: "🔗", bulb: "💡", information_source: "ℹ️",
  question: "❓", exclamation: "❗", no_entry: "⛔", no_entry_sign: "🚫", red_circle: "🔴", large_green_circle: "🟢",
  large_yellow_circle: "🟡", arrows_counterclockwise: "🔄", gear: "⚙️", wrench: "🔧", bell: "🔔", pushpin: "📌",
  calendar: "📅", clock3: "🕒", stopwatch: "⏱️", moneybag: "💰", bank: "🏦", see_no_evil: "🙈", zap: "⚡", sparkles: "✨",
  memo: "📝", pencil2: "✏️", wastebasket: "🗑️", speech_balloon: "💬", robot_face: "🤖", shield: "🛡️", key: "🔑",
  ballot_box_with_check: "☑️", point_right: "👉", arrow_right: "➡️", small_blue_diamond: "🔹", inbox_tray: "📥",
};

export const PICKS = ["+1", "-1", "eyes", "white_check_mark", "tada", "thinking_face"];

export const emoji = (name) => EMOJI[name.replace(/::skin-tone-\d$/, "")] || `:${name}:`;
