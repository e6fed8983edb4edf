"""What is wrong, and what is still waited for."""

from bot.health import Health


def test_at_first_nothing_is_wrong() -> None:
    health = Health()
    assert (health.problems, health.waiting) == ({}, ())


def test_a_component_that_is_counted_on_is_waited_for_until_it_reports() -> None:
    """That it has a problem is a report too."""
    health = Health()
    for name in ("telegram", "matrix"):
        health.expect(name)
    health.set("matrix", None)
    assert health.waiting == ("telegram",)
    health.set("telegram", "the token was revoked")
    assert health.waiting == ()


def test_a_problem_stays_until_the_component_works_again() -> None:
    """A later problem takes the place of the one before."""
    health = Health()
    health.set("telegram", "unreachable")
    health.set("matrix", "unreachable")
    health.set("telegram", "the token was revoked")
    assert health.problems == {"matrix": "unreachable", "telegram": "the token was revoked"}
    health.set("telegram", None)
    assert health.problems == {"matrix": "unreachable"}
