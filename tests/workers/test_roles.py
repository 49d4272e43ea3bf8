"""Who has which roles before the bank's data."""

import pytest

from knowledge.errors import UserError
from tests.workers.asking import BEN, CHANNEL, request
from workers.answer import asker_of
from workers.roles import Roles

LENA, ADA, GUS = "U0LENA0001", "U0ADA00001", "U0GUS00001"
ROLES = Roles.read("{U0LENA0001: lawyer, U0BEN00001: {roles: [banker, auditor], branch: Oslo}}")


@pytest.fixture
def workspace(fake_slack):
    fake_slack.users |= {BEN: {}, LENA: {}, ADA: {"is_admin": True}, GUS: {"is_restricted": True}}
    fake_slack.members |= {CHANNEL: [BEN, LENA, ADA], "C0RETAIL01": [BEN, GUS]}
    return fake_slack


@pytest.mark.parametrize(
    ("user", "roles"),
    [(BEN, {"banker", "auditor"}), (LENA, {"lawyer"}), (ADA, {"banker", "admin"}), (GUS, {"guest"})],
)
def test_roles_come_from_the_settings_and_from_what_slack_knows(workspace, slack, user, roles):
    asker = asker_of(request(user=user, channel="D0X", channel_type="im"), slack, ROLES)

    assert asker.roles == roles
    assert dict(asker.attributes) == ({"branch": "Oslo"} if user == BEN else {})


def test_where_guests_read_along_an_asker_has_no_more_rights_than_they(workspace, slack):
    asker = asker_of(request(user=BEN, channel="C0RETAIL01"), slack, ROLES)

    assert asker.roles == {"guest"}
    assert asker.overheard
    assert asker_of(request(user=BEN), slack, ROLES).roles == {"banker", "auditor"}


def test_a_guest_named_in_the_settings_stays_a_guest(workspace, slack):
    asker = asker_of(request(user=GUS, channel="D0X", channel_type="im"), slack, Roles.read(f"{{{GUS}: admin}}"))

    assert asker.roles == {"guest"}


@pytest.mark.parametrize("fault", ["500", "user_not_found"])
def test_who_is_not_known_has_no_role(workspace, slack, fault):
    workspace.fails("users.info", *[fault] * 3)

    assert asker_of(request(channel="D0X", channel_type="im"), slack, ROLES).roles == frozenset()
    assert asker_of(request(user="", channel="D0X", channel_type="im"), slack, ROLES).roles == frozenset()


def test_the_shell_is_staff_and_speaks_as_whom_it_names(workspace, slack):
    assert asker_of(request(user="", channel_type="cli"), slack, ROLES).roles == {"banker"}
    assert asker_of(request(user=LENA, channel_type="cli"), slack, ROLES).roles == {"lawyer"}


def test_roles_are_read_from_a_file(tmp_path):
    path = tmp_path / "roles.yaml"
    path.write_text("U0LENA0001:\n  - lawyer\n")

    assert Roles.read(str(path)).asker(LENA, guest=False, admin=False).roles == {"lawyer"}


@pytest.mark.parametrize(
    "text", ["[U1]", "{U1: }", "{U1: {roles: 3}}", "{U1: {branch: [x]}}", "{U1: [", "no/such.yaml", "{U1: []}"]
)
def test_a_wrong_mapping_is_an_error_that_names_the_setting(text):
    with pytest.raises(UserError, match="ROLES"):
        Roles.read(text)
