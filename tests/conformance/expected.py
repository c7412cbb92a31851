"""The right answers: for each file its faults as (line, column, slug, pointer), in order, and nothing else.

Lines and columns count from 1; a column counts characters, or bytes where the line is no UTF-8. A fault of the file
as a whole has no line. Every file in `good/` has none at all.
"""

from __future__ import annotations

from typing import Any

Expected = tuple[int | None, int | None, str, str]

FILES: dict[str, list[Expected]] = {
    "not_json.jsonl": [
        (2, 2, "not_json", ""),
        (3, 24, "not_json", ""),
        (4, 1, "not_json", ""),
        (5, 13, "not_json", ""),
        (6, 11, "not_json", ""),
        (7, 8, "not_json", ""),
        (8, 8, "not_json", ""),
        (9, 9, "not_json", ""),
        (10, 8, "not_json", ""),
        (11, 2, "not_json", ""),
        (12, 9, "not_json", ""),
    ],
    "trailing_comma.jsonl": [
        (2, 100, "trailing_comma", ""),
        (3, 50, "trailing_comma", ""),
        (4, 33, "trailing_comma", ""),
    ],
    "truncated_line.jsonl": [
        (2, 50, "truncated_line", ""),
        (3, 1, "not_json", ""),
        (4, 48, "truncated_line", ""),
        (5, 9, "truncated_line", ""),
        (6, 13, "truncated_line", ""),
        (7, 8, "truncated_line", ""),
        (8, 9, "truncated_line", ""),
        (9, 12, "truncated_line", ""),
    ],
    "two_values.jsonl": [
        (2, 14, "two_values", ""),
        (3, 15, "two_values", ""),
        (4, 15, "two_values", ""),
    ],
    "not_an_object.jsonl": [
        (2, 1, "not_an_object", ""),
        (3, 1, "not_an_object", ""),
        (4, 1, "not_an_object", ""),
        (5, 1, "not_an_object", ""),
        (6, 1, "not_an_object", ""),
    ],
    "lone_surrogate.jsonl": [
        (2, 15, "lone_surrogate", ""),
        (3, 15, "lone_surrogate", ""),
        (4, 11, "lone_surrogate", ""),
        (5, 3, "lone_surrogate", ""),
    ],
    "not_finite.jsonl": [
        (2, 111, "not_finite", ""),
        (3, 111, "not_finite", ""),
        (4, 115, "not_finite", ""),
    ],
    "number_overflow.jsonl": [(2, 111, "number_overflow", ""), (3, 111, "number_overflow", "")],
    "nesting_too_deep.jsonl": [(3, None, "nesting_too_deep", ""), (4, 1130, "nesting_too_deep", "")],
    "line_too_long.jsonl": [(2, 121, "line_too_long", "")],
    "empty_file.jsonl": [(None, None, "empty_file", "")],
    "unknown_layout.jsonl": [(None, None, "unknown_layout", "")],
    "mixed_layout.jsonl": [
        (2, None, "mixed_layout", ""),
        (3, None, "mixed_layout", ""),
        (4, None, "mixed_layout", ""),
    ],
    "missing_field.jsonl": [
        (2, None, "missing_field", ""),
        (3, None, "missing_field", ""),
        (4, None, "missing_field", ""),
    ],
    "missing_field_preference.jsonl": [
        (2, None, "missing_field", ""),
        (3, None, "missing_field", "/rejected"),
        (4, None, "missing_field", "/input"),
        (5, None, "missing_field", "/non_preferred_output"),
    ],
    "wrong_type.jsonl": [
        (2, None, "wrong_type", "/messages"),
        (3, None, "wrong_type", "/messages/0"),
        (3, None, "wrong_type", "/messages/1"),
        (4, None, "wrong_type", "/messages/1/content"),
        (5, None, "wrong_type", "/messages/1/name"),
        (6, None, "wrong_type", "/messages/1/tool_call_id"),
        (7, None, "wrong_type", "/messages"),
    ],
    "wrong_type_alpaca.jsonl": [
        (2, None, "wrong_type", "/input"),
        (3, None, "wrong_type", "/output"),
        (4, None, "wrong_type", "/history"),
        (5, None, "wrong_type", "/history"),
        (6, None, "wrong_type", "/system"),
    ],
    "wrong_type_classification.jsonl": [(2, None, "wrong_type", "/label"), (3, None, "wrong_type", "/text")],
    "duplicate_key.jsonl": [
        (2, None, "duplicate_key", "/messages/0/content"),
        (3, None, "duplicate_key", "/id"),
        (4, None, "duplicate_key", "/a"),
        (5, None, "duplicate_key", "/meta/a~1b/x~0"),
    ],
    "no_messages.jsonl": [(2, None, "no_messages", "/messages")],
    "no_messages_sharegpt.jsonl": [(2, None, "no_messages", "/conversations")],
    "missing_role.jsonl": [(2, None, "missing_role", "/messages/0"), (3, None, "missing_role", "/messages/0")],
    "unknown_role.jsonl": [
        (2, None, "unknown_role", "/messages/0/role"),
        (3, None, "unknown_role", "/messages/0/role"),
        (4, None, "unknown_role", "/messages/0/role"),
    ],
    "unknown_role_sharegpt.jsonl": [
        (2, None, "unknown_role", "/conversations/0/from"),
        (3, None, "missing_role", "/conversations/0"),
        (3, None, "missing_content", "/conversations/1"),
    ],
    "missing_content.jsonl": [
        (2, None, "missing_content", "/messages/0"),
        (3, None, "missing_content", "/messages/1"),
        (4, None, "missing_content", "/messages/1"),
        (5, None, "missing_content", "/messages/1/content"),
        (6, None, "missing_content", "/messages/0"),
    ],
    "bad_part.jsonl": [
        (2, None, "bad_part", "/messages/0/content/0"),
        (3, None, "bad_part", "/messages/0/content/0"),
        (4, None, "bad_part", "/messages/0/content/0"),
        (5, None, "bad_part", "/messages/0/content/1"),
    ],
    "bad_weight.jsonl": [
        (2, None, "bad_weight", "/messages/1/weight"),
        (3, None, "bad_weight", "/messages/1/weight"),
        (4, None, "bad_weight", "/messages/1/weight"),
        (5, None, "bad_weight", "/messages/1/weight"),
    ],
    "preferred_completion.jsonl": [(1, None, "preferred_completion", "/preferred_completion")],
    "unmapped_field.jsonl": [(None, None, "unmapped_field", "")],
    "answer_not_json.jsonl": [(2, None, "answer_not_json", ""), (3, None, "answer_not_json", "")],
    "answer_schema.jsonl": [(2, None, "answer_schema", ""), (3, None, "answer_schema", "")],
    "developer_role.jsonl": [(2, None, "developer_role", "")],
    "no_assistant.jsonl": [(2, None, "no_assistant", ""), (3, None, "no_assistant", "")],
    "last_not_assistant.jsonl": [(2, None, "last_not_assistant", "")],
    "roles_repeat.jsonl": [
        (2, None, "roles_repeat", ""),
        (3, None, "roles_repeat", ""),
        (4, None, "system_not_first", ""),
        (4, None, "roles_repeat", ""),
    ],
    "system_not_first.jsonl": [(2, None, "system_not_first", "")],
    "assistant_first.jsonl": [(2, None, "assistant_first", ""), (3, None, "assistant_first", "")],
    "nothing_trained.jsonl": [(2, None, "nothing_trained", ""), (3, None, "nothing_trained", "")],
    "unknown_key.jsonl": [(10, None, "unknown_key", "/messages/1/reasoning_content")],
    "profile_layout.jsonl": [(None, None, "profile_layout", "")],
    "profile_fields.jsonl": [
        (2, None, "profile_fields", "/input"),
        (3, None, "profile_fields", "/non_preferred_output/0/role"),
    ],
    "too_few_rows.jsonl": [(None, None, "too_few_rows", "")],
    "file_too_large.jsonl": [(None, None, "file_too_large", "")],
    "too_many_tokens.jsonl": [(2, None, "too_many_tokens", "")],
    "tools_malformed.jsonl": [
        (2, None, "tools_malformed", "/tools"),
        (3, None, "tools_malformed", "/tools"),
        (4, None, "tools_malformed", "/tools/0"),
        (5, None, "tools_malformed", "/tools/0"),
        (6, None, "tools_malformed", "/tools/1"),
    ],
    "tools_malformed_sharegpt.jsonl": [(2, None, "tools_malformed", "/tools")],
    "call_malformed.jsonl": [
        (2, None, "call_malformed", "/messages/1/tool_calls/0"),
        (3, None, "call_malformed", "/messages/1/tool_calls/0"),
        (4, None, "call_malformed", "/messages/1/tool_calls"),
    ],
    "undeclared_tool.jsonl": [(2, None, "undeclared_tool", "/messages/1/tool_calls/0")],
    "arguments_not_json.jsonl": [
        (2, None, "arguments_not_json", "/messages/1/tool_calls/0"),
        (3, None, "arguments_not_json", "/messages/1/tool_calls/0"),
        (4, None, "arguments_not_json", "/messages/1/tool_calls/0"),
    ],
    "arguments_schema.jsonl": [
        (2, None, "arguments_schema", "/messages/1/tool_calls/0"),
        (3, None, "arguments_schema", "/messages/1/tool_calls/0"),
    ],
    "untaught_call.jsonl": [
        (1, None, "untaught_call", "/messages/1/tool_calls/0"),
        (2, None, "untaught_call", "/messages/1/tool_calls/0"),
    ],
    "no_arguments.jsonl": [
        (1, None, "no_arguments", "/messages/1/tool_calls/0"),
        (2, None, "no_arguments", "/messages/1/tool_calls/0"),
    ],
    "arguments_schema_preference.jsonl": [
        (1, None, "untaught_call", "/rejected/0/tool_calls/0"),
        (2, None, "arguments_schema", "/chosen/tool_calls/0"),
    ],
    "unknown_call_id.jsonl": [
        (2, None, "unknown_call_id", "/messages/2/tool_call_id"),
        (2, None, "unanswered_call", "/messages/1/tool_calls/0"),
        (3, None, "unknown_call_id", "/messages/1/tool_call_id"),
    ],
    "no_call_id.jsonl": [(2, None, "no_call_id", "/messages/2")],
    "unanswered_call.jsonl": [
        (2, None, "unanswered_call", "/messages/1/tool_calls/0"),
        (2, None, "roles_repeat", ""),
        (3, None, "unanswered_call", "/messages/1/tool_calls/1"),
    ],
    "parameters_schema.jsonl": [(2, None, "parameters_schema", "/tools/0")],
    "calls_without_tools.jsonl": [(2, None, "calls_without_tools", "/messages/1/tool_calls/0")],
    "bare_tool.jsonl": [(2, None, "bare_tool", "/tools")],
    "arguments_not_string.jsonl": [(2, None, "arguments_not_string", "/messages/1/tool_calls/0")],
    "empty_answer.jsonl": [
        (2, None, "empty_answer", ""),
        (3, None, "empty_answer", ""),
        (4, None, "empty_answer", ""),
        (5, None, "empty_answer", ""),
    ],
    "empty_answer_alpaca.jsonl": [(2, None, "empty_answer", "")],
    "empty_prompt.jsonl": [(2, None, "empty_prompt", ""), (3, None, "empty_prompt", "")],
    "control_characters.jsonl": [
        (2, None, "control_characters", ""),
        (3, None, "control_characters", ""),
        (4, None, "control_characters", ""),
        (5, None, "control_characters", ""),
        (6, None, "empty_answer", ""),
        (6, None, "control_characters", ""),
    ],
}

# Bytes that no editor would show as they are: (the file, its faults).
BYTES: dict[str, tuple[bytes, list[Expected]]] = {
    "invalid_utf8": (
        b'{"text": "cafe"}\n{"text": "caf\xe9"}\n{"text": "\xc3\xa9\xff"}\n',
        [
            (2, 14, "invalid_utf8", ""),
            (3, 13, "invalid_utf8", ""),
        ],
    ),
    "invalid_utf8_surrogate": (b'{"text": "\xed\xa0\x80"}\n', [(1, 11, "invalid_utf8", "")]),
    "invalid_utf8_cut": (b'{"text": "\xe6\x97', [(1, 11, "invalid_utf8", "")]),
    "byte_order_mark": (b'\xef\xbb\xbf{"text": "a"}\n{"text": "b"}\n', [(1, 1, "byte_order_mark", "")]),
    "byte_order_mark_inside": (
        b'{"text": "a"}\n\xef\xbb\xbf{"text": "b"}\n\xef\xbb\xbf\n',
        [
            (2, 1, "byte_order_mark", ""),
        ],
    ),
    "byte_order_mark_twice": (
        b'\xef\xbb\xbf\xef\xbb\xbf{"text": "a"}\n',
        [
            (1, 1, "not_json", ""),
            (1, 1, "byte_order_mark", ""),
        ],
    ),
    "utf16": ('\ufeff{"text": "a"}\r\n'.encode("utf-16-le")[:-1], [(1, 1, "utf16", "")]),
    "utf16_big": ('\ufeff{"text": "a"}'.encode("utf-16-be"), [(1, 1, "utf16", "")]),
    "utf16_unmarked": ('{"text": "a"}'.encode("utf-16-le"), [(1, 1, "utf16", "")]),
    "utf16_utf32": ('\ufeff{"text": "a"}'.encode("utf-32-le"), [(1, 1, "utf16", "")]),
    "utf16_rows": (
        '{"text": "a"}\r\n\r\n{"text": "日本語の長い文章です"}\r\n'.encode("utf-16-le"),
        [(1, 1, "utf16", "")],
    ),
    "utf16_rows_marked": (
        '{"text": "a"}\n{"text": "b"}\n'.encode("utf-16"),
        [(1, 1, "utf16", "")],
    ),
    "utf16_utf32_rows": (
        '{"text": "a"}\r\n\r\n{"text": "b"}\r\n'.encode("utf-32-le"),
        [(1, 1, "utf16", "")],
    ),
    "utf16_damaged": (
        '{"text": "a"}\n'.encode("utf-16-le") + b"\x00\x00\x00\x00\x00\x00\x00\x00\n",
        [(1, 1, "utf16", "")],
    ),
    "nul_byte": (
        b'{"text": "a\x00b"}\n\x00\x00\x00\x00\x00\x00\x00\x00\x00\n{"text": "c"}\n',
        [
            (1, 12, "nul_byte", ""),
            (2, 1, "nul_byte", ""),
        ],
    ),
}

# What a file is checked with, where it is not the profile `any` alone.
SETTINGS: dict[str, dict[str, Any]] = {
    "line_too_long.jsonl": {"max_line_bytes": 120},
    "unmapped_field.jsonl": {"map": {"prompt": "question", "tools": "tolls"}},
    "answer_not_json.jsonl": {"answer_schema": True},
    "answer_schema.jsonl": {"answer_schema": True},
    "unknown_key.jsonl": {"profile": "openai"},
    "profile_layout.jsonl": {"profile": "openai"},
    "profile_fields.jsonl": {"profile": "openai"},
    "too_few_rows.jsonl": {"profile": "openai"},
    "file_too_large.jsonl": {"profile": "openai", "max_bytes": 500},
    "too_many_tokens.jsonl": {"max_tokens": 15},
}
ANSWER_SCHEMA = {"type": "object", "required": ["age"], "properties": {"age": {"type": "integer"}}}
