"""The disability register's SOAP 1.1 messages (W3C Note 8 May 2000, document/literal). Pure: bytes in, bytes out."""

import re
from datetime import date
from typing import Final
from xml.etree.ElementTree import Element, ParseError
from xml.sax.saxutils import escape

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import fromstring

from backend.demo.control import Failure
from backend.demo.errors import DemoAgencyError
from contracts.citizen_number import CitizenNumber, NumberError

ENVELOPE_NS: Final = "http://schemas.xmlsoap.org/soap/envelope/"
SERVICE_NS: Final = "urn:baidiao:demo:disability"
OPERATION: Final = "GetDisabilityCard"
SOAP_ACTION: Final = f"{SERVICE_NS}/{OPERATION}"
CONTENT_TYPE: Final = "text/xml"


class SoapFaultError(DemoAgencyError):
    """A request answered with a fault (section 4.4).

    Attributes:
        fault_code: ``VersionMismatch``, ``MustUnderstand``, ``Client`` or ``Server``.
        explanation: For the caller's programmer; repeats nothing of the request.
    """

    def __init__(self, fault_code: str, explanation: str) -> None:
        super().__init__(f"{fault_code}: {explanation}")
        self.fault_code = fault_code
        self.explanation = explanation


def parse_request(body: bytes) -> str:
    """Return the citizen number that a GetDisabilityCard request asks about.

    Raises:
        SoapFaultError: Not XML, not SOAP 1.1, a header that must be understood, another operation, no valid number.
    """
    try:
        envelope = fromstring(body, forbid_dtd=True)
    except (ParseError, DefusedXmlException, ValueError, LookupError, RecursionError):
        raise SoapFaultError("Client", "the request is not well-formed XML without a DTD") from None
    if envelope.tag != f"{{{ENVELOPE_NS}}}Envelope":
        code = "VersionMismatch" if str(envelope.tag).endswith("}Envelope") else "Client"
        raise SoapFaultError(code, "the request is not a SOAP 1.1 envelope")
    _refuse_mandatory_headers(envelope)
    soap_body = envelope.find(f"{{{ENVELOPE_NS}}}Body")
    if soap_body is None or len(soap_body) != 1:
        raise SoapFaultError("Client", "the body must hold exactly one element")
    return _parse_operation(soap_body[0])


def _refuse_mandatory_headers(envelope: Element) -> None:
    header = envelope.find(f"{{{ENVELOPE_NS}}}Header")
    for block in () if header is None else header:
        if block.get(f"{{{ENVELOPE_NS}}}mustUnderstand") == "1":
            raise SoapFaultError("MustUnderstand", "a header that must be understood is not")


def _parse_operation(operation: Element) -> str:
    if operation.tag != f"{{{SERVICE_NS}}}{OPERATION}":
        raise SoapFaultError("Client", f"the only operation is {OPERATION} in {SERVICE_NS}")
    text = operation.findtext(f"{{{SERVICE_NS}}}CitizenNumber")
    if text is None:
        raise SoapFaultError("Client", "CitizenNumber is missing")
    try:
        return CitizenNumber.parse(text).digits
    except NumberError as error:
        raise SoapFaultError("Client", f"CitizenNumber is not a citizen number: {error.reason}") from None


def encode_answer(expires: date | None, today: date) -> bytes:
    """Write the answer about a card that ends on ``expires`` (its last valid day), or about no card at all."""
    if expires is None:
        inner = "<Found>false</Found><Valid>false</Valid>"
    else:
        valid = "true" if expires >= today else "false"
        inner = f"<Found>true</Found><Valid>{valid}</Valid><Expires>{expires.isoformat()}</Expires>"
    return _envelope(f'<{OPERATION}Response xmlns="{SERVICE_NS}">{inner}</{OPERATION}Response>')


def garble(answer: bytes, failure: Failure) -> bytes:
    """Return an answer that leaves its value out, or gives it in the wrong type, as told."""
    twisted = {Failure.HALF: b"", Failure.WRONG_TYPE: b"<Valid>perhaps</Valid>"}.get(failure)
    return answer if twisted is None else re.sub(rb"<Valid>[a-z]+</Valid>", twisted, answer)


def encode_fault(fault: SoapFaultError) -> bytes:
    """Write a fault; by section 6.2 it travels with HTTP status 500."""
    return _envelope(
        f"<soap:Fault><faultcode>soap:{fault.fault_code}</faultcode>"
        f"<faultstring>{escape(fault.explanation)}</faultstring></soap:Fault>"
    )


def _envelope(inner: str) -> bytes:
    return (
        '<?xml version="1.0" encoding="utf-8"?>'
        f'<soap:Envelope xmlns:soap="{ENVELOPE_NS}"><soap:Body>{inner}</soap:Body></soap:Envelope>'
    ).encode()


def write_wsdl(template: str, location: str) -> bytes:
    """Return the service's description with the address where it really is."""
    return template.replace("{location}", escape(location, {'"': "&quot;"})).encode()
