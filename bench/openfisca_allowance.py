"""The old-age allowance as OpenFisca variables: what a simulation engine for whole populations takes for one person."""

from datetime import date

from numpy import where
from openfisca_core.entities import build_entity
from openfisca_core.periods import ETERNITY, MONTH
from openfisca_core.simulation_builder import SimulationBuilder
from openfisca_core.taxbenefitsystems import TaxBenefitSystem
from openfisca_core.variables import Variable

PERSON = build_entity("person", "people", "A person", is_person=True)
MONTH_ASKED = "2026-11"


class alive(Variable):  # noqa: N801  (OpenFisca names variables by their classes)
    value_type, entity, definition_period = bool, PERSON, ETERNITY


class thai_national(Variable):  # noqa: N801  (as above)
    value_type, entity, definition_period = bool, PERSON, ETERNITY


class domicile_registered(Variable):  # noqa: N801  (as above)
    value_type, entity, definition_period = bool, PERSON, ETERNITY


class state_pension(Variable):  # noqa: N801  (as above)
    value_type, entity, definition_period = bool, PERSON, ETERNITY


class age_years(Variable):  # noqa: N801  (as above)
    value_type, entity, definition_period = int, PERSON, MONTH


class old_age_eligible(Variable):  # noqa: N801  (as above)
    value_type, entity, definition_period = bool, PERSON, MONTH

    def formula(person, period):  # noqa: N805  (the form that OpenFisca calls)
        kept = person("alive", period) * person("thai_national", period) * person("domicile_registered", period)
        return kept * ~person("state_pension", period) * (person("age_years", period) >= 60)


class old_age_allowance(Variable):  # noqa: N801  (as above)
    value_type, entity, definition_period = int, PERSON, MONTH

    def formula(person, period):  # noqa: N805  (the form that OpenFisca calls)
        age = person("age_years", period)
        baht = where(age >= 90, 1000, where(age >= 80, 800, where(age >= 70, 700, 600)))
        return person("old_age_eligible", period) * baht


VARIABLES = (alive, thai_national, domicile_registered, state_pension, age_years, old_age_eligible, old_age_allowance)


class Allowance:
    """The system, loaded once; ``decide`` builds a simulation of one person, as its web API does for each request."""

    def __init__(self) -> None:
        self._system = TaxBenefitSystem([PERSON])
        for variable in VARIABLES:
            self._system.add_variable(variable)

    def decide(self, facts: dict[str, bool], born: date, on: date) -> int:
        """Return the allowance in baht, with the trace that is OpenFisca's explanation."""
        age = on.year - born.year - ((on.month, on.day) < (born.month, born.day))
        told = {name: {"ETERNITY": value} for name, value in facts.items()}
        people = {"one": told | {"age_years": {MONTH_ASKED: age}}}
        simulation = SimulationBuilder().build_from_entities(self._system, {"people": people})
        simulation.trace = True
        (baht,) = simulation.calculate("old_age_allowance", MONTH_ASKED)
        simulation.tracer.computation_log.lines()
        return int(baht)
