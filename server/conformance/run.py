"""Run the checks on a site, one after the other; none ends the others."""

from collections.abc import Callable, Iterable, Iterator
from itertools import islice

from server.conformance.check import MOST_FINDINGS, Check, CheckResult, Outcome
from server.conformance.model import Broken, CannotTell, Finding, Inapplicable
from server.conformance.site import CheckedSite
from transform.text.message import message

Begin = Callable[[Check], None]


def run(
    checks: Iterable[Check], site: CheckedSite, skipped: Iterable[str], begin: Begin
) -> Iterator[CheckResult]:
    """Yield the result of each check; `begin` is called with a check before it is run.

    A skipped check is untested, and so is one that only doctor runs, where a site asks itself.
    """
    names = set(skipped)
    for check in checks:
        if check.name in names:
            yield CheckResult(check, Outcome.UNTESTED, reason=message("conformance.skipped"))
        elif not site.client.outside and (check.outside or check.heavy):
            reason = (
                message("conformance.only_outside")
                if check.outside
                else message("conformance.too_heavy")
            )
            yield CheckResult(check, Outcome.UNTESTED, reason=reason)
        else:
            begin(check)
            yield run_one(check, site)


def run_one(check: Check, site: CheckedSite) -> CheckResult:
    """Return the result of a check."""
    findings: list[Finding] = []
    outcome, reason = Outcome.PASSED, None
    try:
        for found in islice(check.run(site), MOST_FINDINGS):
            findings.append(found)  # noqa: PERF402  # those before a fault count
    except Broken as fault:
        findings.append(fault.found)
    except CannotTell as fault:
        outcome, reason = Outcome.CANNOT_TELL, fault.reason
    except Inapplicable as fault:
        outcome, reason = Outcome.INAPPLICABLE, fault.reason
    if findings:
        return CheckResult(check, Outcome.FAILED, tuple(findings))
    return CheckResult(check, outcome, (), reason)
