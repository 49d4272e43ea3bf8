// Speak with the workspace's server.

export async function act(action, sent) {
  const response = await fetch(`/control/${action}`, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(sent),
  });
  return checked(await response.json());
}

export async function read(path, query) {
  const response = await fetch(`/control/${path}?${new URLSearchParams(query)}`);
  return checked(await response.json());
}

function checked(answer) {
  if (!answer.ok) throw new Error(WORDS[answer.error] || answer.error.replaceAll("_", " "));
  return answer;
}

const WORDS = {
  invalid_auth: "This page is out of date. Load it again.",
  no_text: "There is nothing to send.",
  msg_too_long: "That message is too long.",
  cant_delete_message: "Only its author may delete this message.",
  cant_delete_file: "Only its owner may delete this file.",
  no_file_data: "That file is empty.",
};

// XMLHttpRequest, because fetch tells nothing about the progress of an upload.
export function upload(person, file, onProgress) {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open("POST", `/control/upload?${new URLSearchParams({ person, name: file.name })}`);
    request.upload.addEventListener("progress", (event) => onProgress(event.loaded / Math.max(event.total, 1)));
    request.addEventListener("error", () => reject(new Error("The upload was interrupted.")));
    request.addEventListener("load", () => {
      try {
        resolve(checked(JSON.parse(request.responseText)).file);
      } catch (error) {
        reject(error);
      }
    });
    request.setRequestHeader("Content-Type", "application/octet-stream");
    request.send(file);
  });
}

// Changes as they happen; the browser connects anew by itself, and `onHello` then reads everything again.
export function listen(person, { onChange, onHello, onLost }) {
  const source = new EventSource(`/control/feed?${new URLSearchParams({ person })}`);
  source.addEventListener("message", (event) => {
    const told = JSON.parse(event.data);
    if (told.change === "hello") onHello();
    else onChange(told);
  });
  source.addEventListener("error", onLost);
  return () => source.close();
}
