"""SOAP 1.1 envelopes, pure: one operation's request written, its response or fault read.

Source: W3C Note SOAP 1.1 (8 May 2000), sections 4 and 6. Document/literal, as WS-I Basic Profile 1.1 demands.
"""

from collections.abc import Mapping
from typing import Any, Final
from xml.sax.saxutils import escape, quoteattr

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import ParseError, fromstring

from backend.linkage.errors import WrongAnswerError

ENVELOPE_NS: Final = "http://schemas.xmlsoap.org/soap/envelope/"
_NIL: Final = "{http://www.w3.org/2001/XMLSchema-instance}nil"
MAX_DEPTH: Final = 16


class SoapFaultError(WrongAnswerError):
    """The agency answered with a fault.

    Attributes:
        by_server: Whether the fault says it is the server's own (SOAP 1.1 section 4.4.1): asking later may help.
    """

    def __init__(self, *, by_server: bool) -> None:
        super().__init__("soap_fault_server" if by_server else "soap_fault")
        self.by_server = by_server


def encode_request(namespace: str, operation: str, fields: Mapping[str, object]) -> bytes:
    """Write a request. Values are text, None (left out) or mappings (nested); fields are namespace-qualified."""
    inner = _elements(fields)
    return (
        '<?xml version="1.0" encoding="utf-8"?>'
        f'<s:Envelope xmlns:s="{ENVELOPE_NS}"><s:Body>'
        f"<{operation} xmlns={quoteattr(namespace)}>{inner}</{operation}>"
        "</s:Body></s:Envelope>"
    ).encode()


def _elements(fields: Mapping[str, object]) -> str:
    parts = []
    for name, value in fields.items():
        if isinstance(value, Mapping):
            parts.append(f"<{name}>{_elements(value)}</{name}>")
        elif value is not None:
            parts.append(f"<{name}>{escape(str(value))}</{name}>")
    return "".join(parts)


def parse_response(body: bytes, namespace: str, operation: str) -> dict[str, object]:
    """Read a response into element names → text or nested mappings; nil elements become None.

    The namespaces of the children are not looked at: agencies differ in whether they qualify them.

    Raises:
        SoapFaultError: The body is a fault.
        WrongAnswerError: Not such an envelope, a document type or entity in it, or an element repeated.
    """
    try:
        root = fromstring(body, forbid_dtd=True)
    except (ParseError, DefusedXmlException, ValueError, LookupError, RecursionError):
        raise WrongAnswerError("not_xml") from None
    content = root.find(f"{{{ENVELOPE_NS}}}Body") if root.tag == f"{{{ENVELOPE_NS}}}Envelope" else None
    if content is None or len(content) != 1:
        raise WrongAnswerError("not_an_envelope")
    if content[0].tag == f"{{{ENVELOPE_NS}}}Fault":
        code = (content[0].findtext("faultcode") or "").rpartition(":")[2]
        raise SoapFaultError(by_server=code.startswith("Server"))
    if content[0].tag != f"{{{namespace}}}{operation}Response":
        raise WrongAnswerError("other_operation")
    tree = _tree(content[0], MAX_DEPTH)
    return tree if isinstance(tree, dict) else {}


def _tree(element: Any, depth: int) -> object:
    if depth == 0:
        raise WrongAnswerError("too_deep")
    if element.get(_NIL) in {"true", "1"}:
        return None
    if len(element) == 0:
        return element.text or ""
    tree: dict[str, object] = {}
    for child in element:
        name = str(child.tag).rpartition("}")[2]
        if name in tree:
            raise WrongAnswerError("repeated_element")
        tree[name] = _tree(child, depth - 1)
    return tree
