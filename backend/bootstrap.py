"""The one place that sees everything: builds the centre's parts and hands them to the application."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Final

from flask import Flask
from sqlalchemy import make_url, text

from backend.app import Services, create_app
from backend.audit.building import build_audit
from backend.audit.index import AUDIT_LEAVES
from backend.bulk.desk import BulkDesk
from backend.bulk.queue import BulkQueue
from backend.bulk.sealing import Sealer
from backend.bulk.worker import BulkWorker, together_threads
from backend.cases.building import CASES_KEY_FILE, build_cases
from backend.clients.register import ClientRegister
from backend.console.dispute_desk import DisputeDesk
from backend.decisions.answers import AnswerShelf
from backend.decisions.extracts import ExtractService
from backend.decisions.service import DecisionService, Parts
from backend.eligibility.errors import EligibilityError
from backend.eligibility.live import LiveRulebook
from backend.eligibility.loading import load_rulebook
from backend.eligibility.rulebook import Rulebook
from backend.eligibility.versions import RuleVersions
from backend.errors import InstallationError
from backend.evidence.errors import EvidenceError
from backend.evidence.extract_http import create_blueprint as create_extracts
from backend.evidence.extracts import ExtractRegister, load_paper_laws
from backend.evidence.following import LogFollower
from backend.evidence.http import create_blueprint as create_evidence
from backend.evidence.keyring import DirectoryKeyring
from backend.evidence.keys import CentreKeys, load_or_create_keys, rotate_slip_key
from backend.evidence.log import EvidenceLog
from backend.evidence.log_watch import LogWatch
from backend.evidence.revocations import Revocations
from backend.evidence.slip_http import SlipDesk
from backend.evidence.slip_http import create_blueprint as create_slips
from backend.evidence.slips import SlipSigner, slip_key_id
from backend.evidence.timestamp import Authority
from backend.evidence.timestamping import build_timestamping, load_authority
from backend.evidence.witness_building import build_prover, build_witnessing, load_witnesses
from backend.evidence.witness_list import WitnessPolicy
from backend.fleet.building import build_fleet
from backend.fleet.nonces import open_nonces
from backend.history.building import Needs, build_history
from backend.history.dispute_finder import DisputeFinder
from backend.history.http import create_blueprint as create_history
from backend.history.index import HISTORY_LEAVES
from backend.http.admin_directory import create_blueprint as create_admin_directory
from backend.http.admin_mandates import create_blueprint as create_admin_mandates
from backend.http.agency_bulk import create_blueprint as create_bulk
from backend.http.agency_door import open_agency_door
from backend.http.agency_gate import current_client
from backend.http.agency_questions import create_blueprint as create_agency_questions
from backend.http.device_extracts import create_blueprint as create_source_extracts
from backend.http.device_identity import current_device
from backend.http.device_questions import create_blueprint as create_questions
from backend.http.health import ReadinessCheck
from backend.http.logs import configure_logging
from backend.http.openapi import describe_api
from backend.linkage.directory import Directory
from backend.linkage.errors import LinkageError
from backend.linkage.file import DEFAULT_DIRECTORY, load_directory
from backend.linkage.gather import FactGatherer
from backend.linkage.hosted.cli import open_shelf
from backend.linkage.links import SubjectLinks
from backend.linkage.reference_lines import REFERENCE_KEY_FILE
from backend.linkage.references import ReferenceDirectory
from backend.linkage.running import RunningCentre
from backend.mandates.book import MandateBook, seed_mandates
from backend.mandates.errors import MandateError
from backend.mandates.file import DEMO_MANDATES, load_mandates
from backend.mandates.granting import Granting
from backend.migrations import runner
from backend.public.catalogue import build_catalogue, load_documents
from backend.public.http import create_blueprint as create_public
from backend.rule_desk import build_rule_desk
from backend.secret_files import SecretFileError, load_or_make_secret, make_secret, read_secret
from backend.settings import Settings
from backend.statistics.counting import StatisticsLeaves
from backend.statistics.http import create_blueprint as create_statistics
from backend.statistics.provinces import read_provinces
from backend.statistics.service import StatisticsService
from backend.store import Store, opened_store
from contracts.catalogue import Catalogue
from contracts.message import Words

_FOLLOW_EVERY_S: Final = 2.0


@dataclass(frozen=True, slots=True, repr=False)
class Installation:
    """What lies in files beside the database, read and checked."""

    session_secret: bytes
    api_secret: bytes
    reference_key: bytes
    cases_key: bytes
    keys: CentreKeys
    agencies: Directory
    rules: Rulebook
    witnesses: WitnessPolicy | None
    timestamps: Authority | None


def utc_now() -> datetime:
    """Return the time: the one clock that the centre's parts are given."""
    return datetime.now(UTC)


@contextmanager
def _told_to_the_operator() -> Iterator[None]:
    try:
        yield
    except (SecretFileError, EvidenceError, LinkageError, EligibilityError, MandateError) as error:
        raise InstallationError(str(error)) from error


def migrate_store(settings: Settings) -> None:
    """Bring the database up to date; add the seed's agencies, and mandates where there are none at all.

    Raises:
        InstallationError: The file of mandates is wrong.
    """
    with _told_to_the_operator():
        load_directory(settings.agencies_file or DEFAULT_DIRECTORY)  # mandates may speak of the facts it adds
        mandates = load_mandates(settings.mandates_file or DEMO_MANDATES)
    with opened_store(settings.database_url) as store:
        runner.upgrade(store.engine)
        build_fleet(settings, store).seed_agencies()
        with store.transaction() as session:
            seed_mandates(session, mandates, utc_now())


def initialise(settings: Settings) -> list[str]:
    """Make what is missing, keys and database; returns what was done, a line each.

    Raises:
        InstallationError: Something that is there cannot be used.
    """
    made = make_secret(settings.session_secret_file)
    with _told_to_the_operator():
        load_or_create_keys(settings.keys_dir)
    migrate_store(settings)
    read_installation(settings)
    database = make_url(settings.database_url).render_as_string(hide_password=True)
    return [
        f"session secret  {settings.session_secret_file}  {'made' if made else 'kept'}",
        f"keys            {settings.keys_dir}  ready",
        f"database        {database}  up to date",
    ]


def read_installation(settings: Settings) -> Installation:
    """Read and check everything that lies in files.

    Raises:
        InstallationError: Something is missing or wrong.
    """
    with _told_to_the_operator():
        linked = load_directory(settings.agencies_file or DEFAULT_DIRECTORY)
        return Installation(
            session_secret=read_secret(settings.session_secret_file),
            reference_key=load_or_make_secret(settings.keys_dir / REFERENCE_KEY_FILE),
            cases_key=load_or_make_secret(settings.keys_dir / CASES_KEY_FILE),
            api_secret=load_or_make_secret(settings.keys_dir / "api.key"),
            keys=load_or_create_keys(settings.keys_dir),
            agencies=linked,
            rules=load_rulebook(linked=linked),
            witnesses=load_witnesses(settings.witnesses_file, settings.witness_quorum),
            timestamps=load_authority(settings.tsa_url, settings.tsa_certificate_file),
        )


def build_services(settings: Settings) -> Services:
    """Build every part. Called once in each worker, after the fork: threads and connections do not survive one."""
    found = read_installation(settings)
    store = Store(settings.database_url)
    fleet = build_fleet(settings, store, open_nonces(store, utc_now))
    log = EvidenceLog(store, settings.log_origin, found.keys.checkpoint, older=found.keys.older_checkpoint)
    witnessing = build_witnessing(found.witnesses, store, log, utc_now)
    if witnessing is not None:
        witnessing.start(settings.witness_interval_s)
    find_witnessed = witnessing.checkpoint if witnessing is not None else lambda: None

    def published() -> str:
        return find_witnessed() or log.checkpoint()

    timestamping = build_timestamping(found.timestamps, settings.tsa_url, store, published, utc_now)
    if timestamping is not None:
        timestamping.start(settings.tsa_interval_s)
    signer = _slip_signer(settings, found.keys)
    desk = SlipDesk(signer, Revocations(store, log), utc_now)
    prover = build_prover(found.witnesses, store, log, witnessing, utc_now)
    names = {service.id: service.name for service in found.rules.services()}
    gatherer = FactGatherer.from_directory(
        found.agencies, open_shelf(settings), ReferenceDirectory(store, found.reference_key, utc_now)
    )
    rules, mandates = (
        LiveRulebook(RuleVersions(store, found.rules)),
        MandateBook(store, restricted=found.agencies.restricted_facts()),
    )
    register = ExtractRegister(log, load_paper_laws(), utc_now, os.urandom)
    keyring = DirectoryKeyring(settings.keys_dir)
    sources = found.rules.agencies()
    extracts = ExtractService(rules, mandates, gatherer, register, sources, utc_now, os.urandom, keyring)

    def agency_names() -> dict[str, Words]:
        return dict(sources) | {one.id: Words(th=one.name_th, en=one.name_en) for one in fleet.list_agencies()}

    history = build_history(
        Needs(
            store=store,
            log=log,
            keyring=keyring,
            gatherer=gatherer,
            mandates=mandates,
            agencies=agency_names,
            services=names,
            now=utc_now,
            random_bytes=os.urandom,
        )
    )
    provinces = read_provinces()
    follower = LogFollower(store, HISTORY_LEAVES, AUDIT_LEAVES, StatisticsLeaves(provinces))
    follower.start(_FOLLOW_EVERY_S)
    recorder, shelf = build_cases(store, mandates, found.cases_key, settings.cases_kept_days, utc_now, os.urandom)
    recorder.start()
    audit = build_audit(store, log, found.witnesses, find_witnessed, agency_names, names)
    parts = Parts(
        rules=rules,
        mandates=mandates,
        gatherer=gatherer,
        log=log,
        signer=signer,
        keyring=keyring,
        answers=AnswerShelf(store),
        now=utc_now,
        random_bytes=os.urandom,
        links=SubjectLinks(store),
        cases=recorder,
    )
    decisions = DecisionService(parts)

    door = open_agency_door(settings, store, fleet, found.api_secret, utc_now)
    sealer = Sealer(found.api_secret, os.urandom)
    bulk = BulkWorker(
        BulkQueue(store, sealer, utc_now),
        ClientRegister(store),
        DecisionService(replace(parts, gatherer=gatherer.for_batches())).ask,
        together_threads(settings.bulk_threads, found.agencies.most_at_once),
    ).start()

    running = (
        bulk,
        recorder,
        gatherer,
        follower,
        door,
        witnessing,
        timestamping,
        log,
        fleet,
        mandates,
        store,
    )

    def close() -> None:
        for part in running:
            if part is not None:
                part.close()

    return Services(
        store=store,
        now=utc_now,
        session_secret=found.session_secret,
        fleet=fleet,
        guard=door.guard,
        agency_gate=door.gate,
        disputes=DisputeDesk(history.disputes, DisputeFinder(store), agency_names, names),
        desk=build_rule_desk(store, found.rules, utc_now, settings.replay_people_file, cases=shelf),
        audit=audit,
        blueprints=(
            create_questions(decisions, current_device),
            create_agency_questions(decisions, door.tokens, door.guard),
            create_bulk(BulkDesk(store, sealer, utc_now), decisions),
            create_admin_mandates(_granting(store, found.agencies), utc_now),
            create_admin_directory(settings.agencies_file, RunningCentre(settings.state_dir)),
            create_evidence(log, signer, find_witnessed),
            create_slips(desk, prover, names),
            create_public(_catalogue(found.rules, found.agencies), describe_api(settings.public_url)),
            create_statistics(StatisticsService(store, utc_now), names, provinces),
            create_extracts(register),
            create_source_extracts(extracts),
            create_history(history.service, current_device, current_client),
        ),
        readiness=_readiness(settings, store, found),
        watches=(LogWatch(store, found.witnesses, is_stamped=found.timestamps is not None),),
        close=close,
    )


def _slip_signer(settings: Settings, keys: CentreKeys) -> SlipSigner:
    others = (keys.slip_next, *keys.slip_retired)
    return SlipSigner(keys.slip, slip_key_id(keys.slip.public_key()), settings.log_origin, others)


@contextmanager
def opened_revocations(settings: Settings) -> Iterator[Revocations]:
    """Open the list of slips taken back for one command, its log with it.

    Raises:
        InstallationError: The keys cannot be used, or the reference or reason.
    """
    with _told_to_the_operator(), opened_store(settings.database_url) as store:
        log = EvidenceLog(store, settings.log_origin, load_or_create_keys(settings.keys_dir).checkpoint)
        try:
            yield Revocations(store, log)
        finally:
            log.close()


def rotate_keys(settings: Settings) -> str:
    """Put the next slip key in the present one's place; returns its thumbprint.

    Raises:
        InstallationError: A key file cannot be used.
    """
    with _told_to_the_operator():
        return rotate_slip_key(settings.keys_dir, utc_now())


def _granting(store: Store, linked: Directory) -> Granting:
    return Granting(store, linked.known_facts(), linked.restricted_facts())


def _catalogue(rules: Rulebook, linked: Directory) -> Catalogue:
    ids = {name: agency_id for agency_id, name in rules.agencies().items()}
    return build_catalogue(rules, load_documents(), ids.__getitem__, linked.yielded_facts())


def _readiness(settings: Settings, store: Store, found: Installation) -> tuple[ReadinessCheck, ...]:
    return (
        ReadinessCheck("database", lambda: _answers(store)),
        ReadinessCheck("migrations", lambda: runner.is_at_head(store.engine)),
        ReadinessCheck("keys", (settings.keys_dir / "slip.pem").is_file),
        ReadinessCheck("agencies", lambda: bool(found.agencies.agencies)),
    )


def build_app(settings: Settings) -> Flask:
    """Build the application with everything behind it."""
    configure_logging(settings.log_level)
    return create_app(settings, build_services(settings))


def _answers(store: Store) -> bool:
    with store.reading() as session:
        return bool(session.scalar(text("SELECT 1")) == 1)
