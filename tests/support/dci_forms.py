"""What the SPDCI registry core API 1.0.0 wants of a registry's messages, as JSON Schemas of our own writing."""

from typing import Any

import jsonschema_rs

Json = dict[str, Any]
_MOMENT = {"type": "string", "format": "date-time"}
_NAME = {"type": "string", "maxLength": 99}
_STATUS = {"enum": ["rcvd", "pdng", "succ", "rjct"]}
_LOCALE = {"type": "string", "pattern": "^[a-z]{3}$"}
_SEARCH_CODES = {
    "enum": [
        f"rjct.{what}"
        for what in (
            "reference_id.invalid",
            "reference_id.duplicate",
            "timestamp.invalid",
            "search_criteria.invalid",
            "filter.invalid",
            "sort.invalid",
            "pagination.invalid",
            "search.too_many_records_found",
        )
    ]
}


def _object(needed: Json, others: Json | None = None) -> Json:
    return {"type": "object", "required": list(needed), "properties": needed | (others or {})}


_DATA = _object(
    {"reg_record_type": {"type": "string"}, "reg_records": {"type": "array", "items": {"type": "object"}}},
    {"version": {"const": "1.0.0"}, "reg_type": {"type": "string"}},
)
_PAGE = _object({name: {"type": "integer"} for name in ("page_size", "page_number", "total_count")})
_ANSWER = _object(
    {"reference_id": {"type": "string"}, "timestamp": _MOMENT, "status": _STATUS},
    {
        "status_reason_code": _SEARCH_CODES,
        "status_reason_message": {"type": "string", "maxLength": 999},
        "data": _DATA,
        "pagination": _PAGE,
        "locale": _LOCALE,
    },
)
_TRANSACTION = {"transaction_id": _NAME, "correlation_id": _NAME}
_SUBSCRIPTION = _object({"subscription_code": _NAME, "timestamp": _MOMENT, "subscribe_criteria": {"type": "object"}})
_MESSAGES: dict[str, Json] = {
    "on-search": _object(_TRANSACTION | {"search_response": {"type": "array", "items": _ANSWER}}),
    "on-subscribe": _object(
        _TRANSACTION
        | {
            "subscribe_response": {
                "type": "array",
                "items": _object(
                    {"reference_id": {"type": "string"}, "timestamp": _MOMENT, "status": _STATUS},
                    {"subscriptions": {"type": "array", "items": _SUBSCRIPTION}},
                ),
            }
        }
    ),
    "on-unsubscribe": _object(
        _TRANSACTION | {"timestamp": _MOMENT, "status": _STATUS},
        {
            "subscription_status": {
                "type": "array",
                "items": _object({"code": _NAME, "status": {"const": "unsubscribe"}}),
            }
        },
    ),
}
_KINDS = ("search", "subscribe", "unsubscribe")
_MESSAGES["txn-on-status"] = _object(
    _TRANSACTION
    | {
        "txnstatus_response": _object(
            {
                "txn_type": {"enum": [on + kind for on in ("", "on-") for kind in _KINDS]},
                "txn_status": {"oneOf": [_MESSAGES[name] for name in ("on-search", "on-subscribe", "on-unsubscribe")]},
            }
        )
    }
)
_EVENT = _object(
    {
        "reference_id": {"type": "string"},
        "timestamp": _MOMENT,
        "data": _object(
            {
                "reg_record_type": {"type": "string"},
                "response_entity": {"enum": ["Household", "Family", "Member"]},
                "reg_records": {"type": "object"},
            },
            {"version": {"const": "1.0.0"}, "reg_type": {"type": "string"}, "reg_event_type": {"type": "string"}},
        ),
    },
    {"locale": _LOCALE},
)
_MESSAGES["notify"] = _object({"transaction_id": _NAME, "notify_event": {"type": "array", "items": _EVENT}})
_HEADER = {"message_id": {"type": "string", "minLength": 1}, "message_ts": _MOMENT, "status": _STATUS}
_ERROR = _object({"code": {"type": "string", "pattern": r"^err\.[a-z_]+\.[a-z_]+$"}, "message": {"type": "string"}})
_RECEIPT = _object(
    {"ack_status": {"enum": ["ACK", "NACK", "ERR"]}, "timestamp": _MOMENT, "correlation_id": _NAME}, {"error": _ERROR}
)


_SEARCH = _object(
    {
        "reference_id": {"type": "string"},
        "timestamp": _MOMENT,
        "search_criteria": _object(
            {
                "query_type": {"const": "idtype-value"},
                "query": _object({"type": {"type": "string"}, "value": {"type": "string"}}),
            },
            {"version": {"const": "1.0.0"}, "reg_type": {"type": "string"}},
        ),
    },
    {"locale": _LOCALE},
)
_ASKING = _object(
    {
        "message_id": {"type": "string", "minLength": 1},
        "message_ts": _MOMENT,
        "action": {"const": "search"},
        "sender_id": {"type": "string"},
        "total_count": {"const": 1},
    },
    {"version": {"const": "1.0.0"}, "receiver_id": {"type": "string"}, "is_msg_encrypted": {"const": False}},
)


def check_search(body: Json) -> None:
    """Fail where a client's search is not of the standard's form."""
    searches = {"type": "array", "minItems": 1, "items": _SEARCH}
    message = _object({"transaction_id": _NAME, "search_request": searches})
    form = _object({"signature": {"type": "string", "minLength": 1}, "header": _ASKING, "message": message})
    jsonschema_rs.validator_for(form, validate_formats=True).validate(body)


def check_answer(body: Json, action: str) -> None:
    """Fail where a registry's answer or callback is not of the standard's form."""
    header = _object(
        _HEADER | {"action": {"const": action}},
        {"version": {"const": "1.0.0"}, "total_count": {"type": "integer"}, "completed_count": {"type": "integer"}},
    )
    form = _object({"signature": {"type": "string", "minLength": 1}, "header": header, "message": _MESSAGES[action]})
    jsonschema_rs.validator_for(form, validate_formats=True).validate(body)


def check_receipt(body: Json, status: str) -> None:
    """Fail where what a registry says at once of a message is not of the standard's form."""
    jsonschema_rs.validator_for(_object({"message": _RECEIPT}), validate_formats=True).validate(body)
    assert body["message"]["ack_status"] == status
    assert ("error" in body["message"]) is (status == "ERR")
