"""Outcomes as JUnit XML, which CI systems read."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from collections.abc import Sequence

from mc.suite.judge import Outcome


def junit_xml(outcomes: Sequence[Outcome]) -> str:
    """A test suite for each spec, a test case for each model; what is incomplete is an error there."""
    root = ET.Element("testsuites")
    suites: dict[str, ET.Element] = {}
    for outcome in outcomes:
        spec = outcome.job.spec.stem
        suite = suites.setdefault(spec, ET.Element("testsuite", name=spec))
        seconds = outcome.run.seconds if outcome.run is not None else 0.0
        case = ET.SubElement(suite, "testcase", classname=spec, name=outcome.job.model.name, time=f"{seconds:.3f}")
        if outcome.status != "pass":
            tag = "failure" if outcome.status == "fail" else "error"
            head = f"expected {outcome.expected}; got {outcome.got}"
            ET.SubElement(case, tag, type=outcome.status, message=head).text = outcome.message
    for suite in suites.values():
        suite.set("tests", str(len(suite)))
        for tag, key in (("failure", "failures"), ("error", "errors")):
            suite.set(key, str(len(suite.findall(f"testcase/{tag}"))))
        root.append(suite)
    ET.indent(root)
    return ET.tostring(root, encoding="unicode", xml_declaration=True) + "\n"
