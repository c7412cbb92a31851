"""The codes of faults: one slug each, which is the ledger's reason too."""

from __future__ import annotations

from typing import Literal, NamedTuple

Severity = Literal["error", "warning"]


class Code(NamedTuple):
    """A fault that Thresher knows. A code is never given to another fault."""

    code: str
    slug: str
    severity: Severity  # of the profile `any`; a profile may raise it
    sentence: str
    hint: str


FAMILIES = {
    "TH1": "Not readable as JSON",
    "TH2": "Layout and schema",
    "TH3": "Roles, and the rules of a profile",
    "TH4": "Tools",
    "TH5": "Content",
}

_TABLE = (
    Code("TH101", "not_json", "error", "The line is not JSON (RFC 8259).", "write each row with a JSON library: json.dumps(row)"),
    Code("TH102", "trailing_comma", "error", "A comma stands before a closing bracket.", "remove the comma; JSON allows none there"),
    Code("TH103", "truncated_line", "error", "The line ends in the middle of a value.", "the file was cut, or a line break stands inside a row: write it again"),
    Code("TH104", "two_values", "error", "More than one value stands in the line.", "put each row on a line of its own"),
    Code("TH105", "not_an_object", "error", "The line holds JSON, but not an object.", "a row is one {...}; a file that holds one array is read when it ends in .json"),
    Code("TH106", "invalid_utf8", "error", "The bytes of the line are not UTF-8.", "find the file's encoding and convert it: iconv -f WINDOWS-1252 -t UTF-8"),
    Code("TH107", "byte_order_mark", "warning", "The line starts with a byte-order mark, which is skipped.", "write the file as UTF-8 without a byte-order mark"),
    Code("TH108", "utf16", "error", "The text is UTF-16 or UTF-32, not UTF-8.", "convert the file: iconv -f UTF-16 -t UTF-8"),
    Code("TH109", "nul_byte", "error", "The line holds NUL bytes.", "the file was damaged, often by a crash while it was written: fetch it again"),
    Code("TH110", "lone_surrogate", "error", "An escape is half of a surrogate pair: no character.", "the text was cut inside an emoji; cut by characters, not by UTF-16 units"),
    Code("TH111", "not_finite", "error", "NaN or Infinity, which JSON does not have.", "write null, or leave the field out; json.dumps(row, allow_nan=False) finds them"),
    Code("TH112", "number_overflow", "error", "A number is larger than a double can hold.", "write it as a string"),
    Code("TH113", "nesting_too_deep", "error", "The value nests too deep to be read safely.", "a row needs no more than a dozen levels"),
    Code("TH114", "line_too_long", "error", "The line is longer than the limit.", "raise --max-line-bytes (in a curation [input] max_line_bytes), if the row is meant to be so long"),
    Code("TH115", "empty_file", "warning", "The file holds no rows.", "check what should have written it"),
    Code("TH201", "unknown_layout", "error", "The rows of the file fit no layout.", "name the fields: --map prompt=question --map completion=reply"),
    Code("TH202", "mixed_layout", "error", "The row has another layout than its file.", "put rows of each layout in a file of their own"),
    Code("TH203", "missing_field", "error", "A field that the layout needs is missing.", "add the field, or name yours: --map ours=theirs"),
    Code("TH204", "wrong_type", "error", "A field holds a value of the wrong type.", "see the layout's example in docs/layouts.md"),
    Code("TH205", "duplicate_key", "error", "A key stands more than once in one object.", "parsers keep one of the values and do not say which: remove the other"),
    Code("TH206", "no_messages", "error", "The conversation has no messages.", "a row needs at least one message"),
    Code("TH207", "missing_role", "error", "A message has no role.", "add system, user, assistant or tool"),
    Code("TH208", "unknown_role", "error", "A message has a role that no trainer knows.", "use system, user, assistant or tool"),
    Code("TH209", "missing_content", "error", "A message has neither content nor a tool call.", "add content; only an assistant that calls a tool may go without"),
    Code("TH210", "bad_part", "error", "A part of a content is malformed.", 'a text part is {"type": "text", "text": "..."}'),
    Code("TH211", "bad_weight", "error", "A weight is neither 0 nor 1.", "1 trains the message, 0 leaves it out of the loss"),
    Code("TH212", "preferred_completion", "error", "The answers are named *_completion; the API takes *_output.", "rename to preferred_output and non_preferred_output"),
    Code("TH213", "unmapped_field", "warning", "No row of the file has a field that the map names.", "mind the spelling: --map ours=theirs"),
    Code("TH220", "answer_not_json", "error", "The answer should be JSON by the answer schema, and is not.", "the whole answer must be one JSON value, without a code fence"),
    Code("TH221", "answer_schema", "error", "The answer breaks the answer schema.", "mend the answer, or the schema"),
    Code("TH301", "developer_role", "warning", "The role developer is not in the fine-tuning schema.", "use system, unless your trainer's template knows developer"),
    Code("TH302", "no_assistant", "warning", "No assistant speaks: nothing would be trained.", "add an answer, or move the row to an evaluation set"),
    Code("TH303", "last_not_assistant", "warning", "The last turn is not the assistant's.", "the turns after the last answer are never trained"),
    Code("TH304", "roles_repeat", "warning", "Two turns of the user, or of the assistant, follow each other.", "many chat templates refuse this: merge the turns"),
    Code("TH305", "system_not_first", "warning", "A system turn stands after the first turn.", "many chat templates refuse this: move it to the front"),
    Code("TH306", "assistant_first", "warning", "The assistant speaks before the user.", "many chat templates refuse this: start with the user"),
    Code("TH307", "nothing_trained", "warning", "Every assistant turn has weight 0: nothing would be trained.", "give at least one answer weight 1"),
    Code("TH308", "unknown_key", "warning", "A message has a key that the profile does not know.", "remove it, or the upload may be refused"),
    Code("TH309", "profile_layout", "warning", "The profile does not take this layout.", 'convert it: [output] layout = "messages"'),
    Code("TH310", "too_few_rows", "warning", "The file has fewer rows than the profile takes.", "at least 10 are needed, 50 to 100 make a difference"),
    Code("TH311", "file_too_large", "warning", "The file is larger than the profile takes.", "split it, or remove duplicates: thresher curate"),
    Code("TH312", "too_many_tokens", "warning", "The row has more tokens than the limit: the end would be cut.", "shorten it, or split the conversation"),
    Code("TH313", "profile_fields", "warning", "The profile does not read these fields of a row.", "OpenAI reads input.messages, preferred_output, non_preferred_output; TRL prompt, chosen, rejected"),
    Code("TH401", "tools_malformed", "error", "The declared tools cannot be read.", 'a tool is {"type": "function", "function": {"name": ..., "parameters": {...}}}'),
    Code("TH402", "call_malformed", "error", "A tool call cannot be read.", 'a call is {"id": ..., "type": "function", "function": {"name": ..., "arguments": "{...}"}}'),
    Code("TH403", "undeclared_tool", "error", "A call names a tool that the row does not declare.", "declare the tool, or mend the name"),
    Code("TH404", "arguments_not_json", "error", "The arguments of a call are no JSON object.", "arguments are a JSON object, written as a string"),
    Code("TH405", "arguments_schema", "error", "The arguments of a call break the declared parameters.", "mend the arguments: the model would learn to call it wrongly"),
    Code("TH406", "unknown_call_id", "error", "A tool turn answers a call that was not made.", "tool_call_id must be the id of a call in an earlier assistant turn"),
    Code("TH407", "no_call_id", "warning", "A tool turn does not say which call it answers.", "add tool_call_id, and tool_calls to the turn before it"),
    Code("TH408", "unanswered_call", "warning", "A tool call is followed by another turn without its answer.", "add the tool turn, or chat templates may refuse the row"),
    Code("TH409", "parameters_schema", "warning", "Declared parameters are no JSON Schema: arguments are not checked.", 'a type is "object", not "dict"; "number", not "float"'),
    Code("TH410", "calls_without_tools", "warning", "Tools are called and none is declared: calls are not checked.", "add tools to the row"),
    Code("TH411", "bare_tool", "warning", 'A tool is not wrapped in {"type": "function", "function": {...}}.', "wrap it, if your trainer or API asks for it"),
    Code("TH412", "arguments_not_string", "warning", "Arguments are an object, not a string of JSON.", "OpenAI takes a string; Hugging Face templates take an object"),
    Code("TH413", "untaught_call", "warning", "A call that is not taught (rejected, labelled false, of weight 0) is wrong.", "nothing, where it shows what not to do; else mend the call"),
    Code("TH414", "no_arguments", "warning", "A call has no arguments, where an empty object is the custom.", 'write "{}", which every parser reads'),
    Code("TH501", "empty_answer", "error", "The answer is blank, calls no tool, and holds no refusal or audio.", "remove the row, or write the answer"),
    Code("TH502", "empty_prompt", "warning", "A turn of the user is blank.", "write the question, or remove the row"),
    Code("TH503", "control_characters", "warning", "A text holds control characters.", "they come from terminals or damaged files: remove them"),
)  # fmt: skip

CODES: dict[str, Code] = {code.slug: code for code in _TABLE}

TEACHES_NOTHING = "TH5"  # content: a step's business in a curation
OF_A_FILE = frozenset({"empty_file", "unmapped_field", "too_few_rows", "file_too_large"})
DROPPING = ("TH1", "TH2", "TH4")  # families whose errors are proofs: curation drops the row
