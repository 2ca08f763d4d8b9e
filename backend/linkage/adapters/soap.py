"""An agency that answers SOAP 1.1, document/literal."""

from typing import Final

from backend.linkage.adapters.soap_envelope import SoapFaultError, encode_request, parse_response
from backend.linkage.adapters.subject_fields import number_sent, subject_value
from backend.linkage.directory import Request
from backend.linkage.errors import WrongAnswerError
from backend.linkage.facts import Fact
from backend.linkage.ports import Facts, HttpCall, NotKnown, Transport
from backend.linkage.reading import read_facts
from contracts.decision import NotKnownCause, Subject

_XML: Final = frozenset({"text/xml", "application/xml"})
_FAULT_STATUS: Final = frozenset({500})
"""SOAP 1.1 section 6.2: a fault travels in a 500 answer."""


class SoapProvider:
    """One operation of one agency, spoken as the directory says."""

    def __init__(self, base_url: str, request: Request, transport: Transport) -> None:
        self._url = base_url + request.path
        self._request = request
        self._transport = transport
        self._headers = {"SOAPAction": f'"{request.soap_action}"'}

    @property
    def offers(self) -> frozenset[Fact]:
        """The facts this operation can yield."""
        return frozenset(self._request.facts)

    async def ask(self, subject: Subject, facts: frozenset[Fact], deadline_s: float) -> Facts | NotKnown:
        """Ask about one person (see ``Provider``)."""
        request = self._request
        sent = {field: subject_value(subject, name) for field, name in request.send.items()}
        body = encode_request(request.namespace, request.operation, sent)
        call = HttpCall(self._url, body, "text/xml; charset=utf-8", _XML, self._headers, _FAULT_STATUS)
        answer = await self._transport.send(call, deadline_s)
        if isinstance(answer, NotKnown):
            return answer
        try:
            tree = parse_response(answer, request.namespace, request.operation)
            known = read_facts(request, tree, facts, lexical=True, about=number_sent(subject, request))
        except WrongAnswerError as error:
            retryable = isinstance(error, SoapFaultError) and error.by_server
            return NotKnown(NotKnownCause.BAD_ANSWER, retryable=retryable, detail=error.detail)
        return known if known is not None else NotKnown(NotKnownCause.NO_RECORD, retryable=False)
