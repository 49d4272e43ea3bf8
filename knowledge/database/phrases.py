"""The fixed words of answers from the data, in each language in which they are given."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Phrases:
    """The fixed words of an answer in one language."""

    one: str
    rows: str
    cut: str
    highest: str
    lowest: str
    trend: str
    nothing: str
    null: str
    refused: str
    holds: str
    failed: str
    hidden: str
    overheard: str
    unsure: str
    repeated: str
    undefined: str
    strange: str
    mixed: str
    now: str


ENGLISH = Phrases(
    one="{name}: {value}.",
    rows="{count} rows.",
    cut="The first {count} rows; there are more.",
    highest="{name} is highest for {label}: {value}",
    lowest="lowest for {label}: {value}",
    trend="{name} goes from {first} ({start}) to {last} ({end})",
    nothing="Nothing in the data matches.",
    null="There is no value for that in the data.",
    refused="The bank's data does not answer that.",
    holds="It holds: {tables}.",
    failed="I could not put that question to the data in a way that holds.",
    hidden="That asks for something you may not see: {names}.",
    overheard="Guests read along here; in a direct message to me you may see more.",
    unsure="Two ways to read the question give different results; please check the SQL.",
    repeated="Some {things} may be counted more than once; please check the SQL.",
    undefined="{names} is not worked out as it is defined; please check the SQL.",
    strange="The data does not speak of {names} by that name; please check the SQL.",
    mixed="Amounts in {names} are added up as they stand; ask for one of them, or by currency.",
    now="The data holds this as it stands now, not of {period}.",
)
SPANISH = Phrases(
    one="{name}: {value}.",
    rows="{count} filas.",
    cut="Las primeras {count} filas; hay más.",
    highest="{name} es máximo para {label}: {value}",
    lowest="mínimo para {label}: {value}",
    trend="{name} pasa de {first} ({start}) a {last} ({end})",
    nothing="Ningún dato coincide.",
    null="No hay ningún valor para eso en los datos.",
    refused="Los datos del banco no responden a esa pregunta.",
    holds="Contienen: {tables}.",
    failed="No he podido plantear la pregunta a los datos de forma fiable.",
    hidden="La pregunta pide algo que usted no puede ver: {names}.",
    overheard="Aquí leen invitados; en un mensaje directo puede que vea más.",
    unsure="Dos lecturas de la pregunta dan resultados distintos; revise el SQL.",
    repeated="Algunos ({things}) pueden contarse más de una vez; revise el SQL.",
    undefined="{names} no se calcula como está definido; revise el SQL.",
    strange="Los datos no hablan de {names} con ese nombre; revise el SQL.",
    mixed="Se suman importes en {names} tal cual; pida una sola moneda o por moneda.",
    now="Los datos recogen el estado actual, no el de {period}.",
)
CHINESE = Phrases(
    one="{name}：{value}。",
    rows="共 {count} 行。",
    cut="显示前 {count} 行，还有更多。",
    highest="{name}最高的是 {label}：{value}",
    lowest="最低的是 {label}：{value}",
    trend="{name}从 {first}（{start}）变为 {last}（{end}）",
    nothing="没有符合条件的数据。",
    null="数据中没有这个值。",
    refused="银行的数据无法回答这个问题。",
    holds="数据包含：{tables}。",
    failed="我无法可靠地把这个问题转换成查询。",
    hidden="该问题涉及您无权查看的内容：{names}。",
    overheard="此频道有访客；在私信中您或许能看到更多。",
    unsure="对问题的两种理解得出不同的结果，请检查 SQL。",
    repeated="部分（{things}）可能被重复计算，请检查 SQL。",
    undefined="{names} 未按其定义计算，请检查 SQL。",
    strange="数据中没有名为 {names} 的内容，请检查 SQL。",
    mixed="{names} 金额未经换算直接相加；请指定一种货币或按货币查询。",
    now="数据只反映当前状态，而非 {period} 的情况。",
)
LANGUAGES = {"English": ENGLISH, "Spanish": SPANISH, "Chinese": CHINESE}
