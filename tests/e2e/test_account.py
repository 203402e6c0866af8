"""My account and the administration: what is changed there holds at once, everywhere."""

import csv
import io
import re
import uuid
from collections.abc import Callable, Iterator

import httpx
import pytest
from playwright.sync_api import Locator, Page, expect

from tests.conftest import Server
from tests.e2e.axe import unseen_focus, violations
from tests.e2e.desk import API, SHOWN, TEXT, Desk
from tests.e2e.person import Person

pytestmark = pytest.mark.long

VIEW = f"{SHOWN} .opw-Sections"
BODY = f"{VIEW} .opw-Sections-body"
DIALOG = ".jp-Dialog"
SECRET = "Neuf tables rondes sous la neige"
OTHER = "Douze lampes vertes dans le couloir"
ACCOUNT = {"fr": "Mon compte", "en": "My account"}


@pytest.fixture
def newcomer(server: Server) -> Iterator[tuple[str, str]]:
    """Somebody of this test's own: the user name, and the address of the one-time link."""
    name = f"neuf{uuid.uuid4().hex[:8]}"
    with server.login("alice") as alice:
        made = alice.post(f"{API}/members", json={"username": name, "display_name": "Nour Haddad"})
        made.raise_for_status()
        yield name, str(made.json()["link"]["path"])


def choose_a_password(someone: Person, link: str, password: str = SECRET) -> Page:
    """Follow a one-time link, and log in with what was chosen."""
    page = someone.page
    page.goto(f"{someone.server.url}/{link.lstrip('/')}")
    page.fill("input[name=password]", password)
    page.fill("input[name=again]", password)
    page.click("button[type=submit]")
    page.wait_for_url("**/login**")
    return log_in(someone, password)


def log_in(someone: Person, password: str = SECRET) -> Page:
    """As somebody who is no demo member."""
    page = someone.page
    page.goto(f"{someone.server.url}/login")
    page.fill("input[name=username]", someone.name)
    page.fill("input[name=password]", password)
    page.click("button[type=submit]")
    page.wait_for_url("**/lab**")
    return page


def go(page: Page, view: str, section: str) -> Locator:
    """Open a view by the menu of the member, and one of its sections."""
    page.locator("#jp-MainMenu, #jp-top-panel").locator(
        ".jp-MenuBar-anonymousIcon, .jp-MenuBar-imageIcon"
    ).last.click()
    page.get_by_role("menuitem", name=view).click()
    page.locator(VIEW).get_by_role("button", name=section, exact=True).click()
    body = page.locator(BODY)
    expect(body.get_by_role("heading", level=2)).to_have_text(section)
    expect(body.locator(".opw-Skeleton")).to_have_count(0)
    return body


def answer(page: Page, verb: str) -> None:
    """Say yes to what was asked."""
    page.locator(DIALOG).get_by_role("button", name=verb).click()
    expect(page.locator(DIALOG)).to_have_count(0)


def test_a_profile_changes_before_the_eyes_of_others(
    desk: Desk, newcomer: tuple[str, str], person: Callable[..., Person]
) -> None:
    username, link = newcomer
    desk.let(username, "editor")
    path = desk.put("profil.md", "# Profil\n")
    nour = person(desk.server, username)
    page = choose_a_password(nour, link)
    page.goto(f"{desk.server.url}/lab/tree/{path}?reset")
    expect(page.locator(TEXT)).to_contain_text("Profil")
    alice = person(desk.server, "alice", locale="en-GB").open(f"{path}?reset")
    face = alice.page.locator(f".opw-FaceButton[data-member={username}]")
    expect(face).to_have_attribute("title", re.compile("^Nour Haddad"))
    body = go(page, "Mon compte", "Profil")
    save = body.get_by_role("button", name="Enregistrer")
    expect(save).to_be_disabled()
    body.get_by_label("Nom affiché").fill("Nour <b>Haddad</b>-Roy")
    body.get_by_label("Service").fill("Urbanisme")
    body.get_by_role("radio", name="Couleur 9 sur 10").check()
    save.click()
    expect(body.get_by_role("status").filter(has_text="Enregistré")).to_be_visible()
    expect(face).to_have_attribute("title", re.compile("^Nour <b>Haddad</b>-Roy"))
    members = desk.alice.get(f"{API}/members").json()
    mine = next(member for member in members if member["username"] == username)
    assert (mine["unit"], mine["color"]) == ("Urbanisme", "#b3261e")
    body.get_by_label("Nom affiché").fill("   ")
    expect(save).to_be_disabled()


def test_a_password_is_measured_while_it_is_typed(
    server: Server, newcomer: tuple[str, str], person: Callable[..., Person]
) -> None:
    username, link = newcomer
    page = choose_a_password(person(server, username), link)
    elsewhere = server.login(username, SECRET)
    body = go(page, "Mon compte", "Mot de passe")
    meter, save = body.locator(".opw-Meter"), body.get_by_role("button", name="Changer mon mot de passe")
    body.get_by_label("Mot de passe actuel").fill("ce n’est pas le bon")
    fresh = body.get_by_label("Nouveau mot de passe")
    fresh.fill("motdepasse12")
    expect(meter).to_have_attribute("data-grade", "weak")
    expect(meter).to_contain_text("Très facile à deviner")
    expect(save).to_be_disabled()
    fresh.fill(OTHER)
    expect(meter).to_have_attribute("data-grade", re.compile("good|strong"))
    body.get_by_label("Le même mot de passe").fill(OTHER[:-1])
    expect(body).to_contain_text("ne sont pas identiques")
    expect(save).to_be_disabled()
    body.get_by_label("Le même mot de passe").fill(OTHER)
    save.click()
    expect(body.get_by_role("alert")).to_be_visible()
    body.get_by_label("Mot de passe actuel").fill(SECRET)
    save.click()
    expect(body.get_by_role("status").filter(has_text="Votre mot de passe est changé")).to_be_visible()
    expect(fresh).to_have_value("")
    assert elsewhere.get(f"{API}/me").status_code == 401
    elsewhere.close()
    with server.login(username, OTHER) as again:
        assert again.get(f"{API}/me").status_code == 200


def test_a_token_is_shown_once_and_revoked(server: Server, person: Callable[..., Person]) -> None:
    bob = person(server, "bob", locale="en-GB").log_in()
    body = go(bob.page, "My account", "Tokens")
    name = f"Report {uuid.uuid4().hex[:6]} 📈"
    body.get_by_role("button", name="New token").click()
    make = body.get_by_role("button", name="Make the token")
    expect(make).to_be_disabled()
    body.get_by_label("What is it for?").fill(name)
    make.click()
    secret = body.get_by_label("Your new token").get_by_role("textbox").input_value()
    program = httpx.Client(base_url=server.url, headers={"Authorization": f"Bearer {secret}"})
    assert program.get(f"{API}/spaces").status_code == 200
    assert program.get(f"{API}/members").status_code == 403
    body.get_by_role("button", name="I have copied it").click()
    expect(bob.page.get_by_label("Your new token")).to_have_count(0)
    assert secret not in bob.page.content()
    kept = body.locator(".opw-Row", has_text=name)
    expect(kept).to_contain_text("files:read")
    kept.get_by_role("button", name="Revoke").click()
    answer(bob.page, "Revoke the token")
    expect(kept).to_have_count(0)
    assert program.get(f"{API}/spaces").status_code == 401
    program.close()


def test_another_device_is_logged_out(
    server: Server, newcomer: tuple[str, str], person: Callable[..., Person]
) -> None:
    username, link = newcomer
    page = choose_a_password(person(server, username), link)
    phone = person(server, username, locale="en-GB", width=390)
    log_in(phone)
    expect(phone.page.locator(".opw-HomeCard").first).to_be_visible()
    body = go(page, "Mon compte", "Appareils")
    rows = body.locator(".opw-Row")
    expect(rows).to_have_count(2)
    expect(rows.first).to_contain_text("Cet appareil")
    expect(rows.first.get_by_role("button")).to_have_count(0)
    rows.last.get_by_role("button").click()
    expect(rows).to_have_count(1)
    expect(body.get_by_role("status").filter(has_text="déconnecté")).to_be_visible()
    expect(phone.page.locator("body")).to_contain_text("Log in")
    expect(page.locator(BODY)).to_be_visible()


def test_the_language_changes_without_a_restart(server: Server, person: Callable[..., Person]) -> None:
    carol = person(server, "carol").log_in()
    page = carol.page
    body = go(page, "Mon compte", "Préférences")
    body.get_by_label("Langue").select_option(label="English")
    body.get_by_label("Fuseau horaire").select_option("America/Martinique")
    body.get_by_role("button", name="Enregistrer").click()
    expect(page.get_by_role("menuitem", name="File", exact=True)).to_be_visible()
    expect(page.locator("html")).to_have_attribute("lang", re.compile("^en"))
    body = go(page, "My account", "Preferences")
    expect(body.get_by_label("Time zone")).to_have_value("America/Martinique")
    body.get_by_label("Language").select_option("")
    body.get_by_label("Time zone").select_option("")
    body.get_by_role("button", name="Save").click()
    expect(page.get_by_role("menuitem", name="Fichier", exact=True)).to_be_visible()


def test_an_administrator_invites_and_disables(server: Server, person: Callable[..., Person]) -> None:
    page = person(server, "alice").log_in().page
    body = go(page, "Administration", "Membres")
    username = f"invite{uuid.uuid4().hex[:8]}"
    body.get_by_role("button", name="Inviter").click()
    form = body.get_by_role("form", name="Inviter un membre")
    form.get_by_label("Identifiant").fill("bob")
    form.get_by_role("button", name="Créer le compte").click()
    expect(form.get_by_role("alert")).to_be_visible()
    form.get_by_label("Identifiant").fill(username)
    form.get_by_label("Nom affiché").fill("Inès Invitée")
    form.get_by_role("button", name="Créer le compte").click()
    link = body.get_by_role("group", name="Invitation").get_by_role("textbox").input_value()
    body.get_by_role("button", name="Je l’ai copié").click()
    panel = body.get_by_role("complementary", name="Membre")
    expect(panel.get_by_role("heading", level=3)).to_have_text("Inès Invitée")
    expect(panel).to_contain_text("Invité")
    ines = person(server, username)
    choose_a_password(ines, link.removeprefix(server.url))
    expect(ines.page.locator(".opw-Home h1")).to_have_text("Bonjour Inès")
    panel.get_by_role("button", name="Désactiver le compte").click()
    answer(page, "Désactiver le compte")
    expect(panel.get_by_role("button", name="Réactiver le compte")).to_be_visible()
    expect(ines.page.locator("body")).to_contain_text("Se connecter")
    body.get_by_label("Quels membres").select_option("disabled")
    expect(body.get_by_role("row").filter(has_text=username)).to_contain_text("Désactivé")
    stranger = person(server, "bob").log_in().page
    stranger.locator(".jp-MenuBar-anonymousIcon, .jp-MenuBar-imageIcon").last.click()
    expect(stranger.get_by_role("menuitem", name="Mon compte")).to_be_visible()
    expect(stranger.get_by_role("menuitem", name="Administration")).to_have_count(0)


def test_the_event_log_is_filtered_and_taken_along(desk: Desk, person: Callable[..., Person]) -> None:
    bob = desk.member("bob")
    page = person(desk.server, "alice").log_in().page
    body = go(page, "Administration", "Journal")
    rows = body.locator("table tbody tr")
    expect(rows.first).to_be_visible()
    body.get_by_label("Quoi").select_option("GrantChanged")
    body.get_by_label("Objet").fill(f"space:{desk.id}")
    expect(rows).to_have_count(2)
    expect(rows.first).to_contain_text("Alice Martin")
    desk.let("dave", "reader")
    expect(rows).to_have_count(3)
    rows.first.get_by_role("button", name="Afficher les détails").click()
    expect(body.locator("pre")).to_contain_text("GrantChanged")
    with page.expect_download() as download:
        body.get_by_role("link", name="Télécharger en CSV").click()
    taken = list(csv.DictReader(io.StringIO(download.value.path().read_text("utf-8-sig"))))
    assert len(taken) == 3
    assert any(bob in str(line) for line in taken)
    body.get_by_label("Du", exact=True).fill("2001-01-01")
    body.get_by_label("Au", exact=True).fill("2001-01-02")
    expect(body).to_contain_text("Rien trouvé")
    body.get_by_role("button", name="Effacer les filtres").click()
    expect(rows.nth(10)).to_be_visible()
    body.get_by_role("button", name="Vérifier le journal").click()
    expect(body).to_contain_text("le journal est complet et inchangé")


# Fifteen sections, each looked at as a whole.
@pytest.mark.timeout(400)
@pytest.mark.parametrize("theme", ["Clair", "Sombre", "Contraste élevé"])
@pytest.mark.long
def test_each_section_is_for_everybody(server: Server, person: Callable[..., Person], theme: str) -> None:
    page = person(server, "alice").log_in().page
    go(page, "Mon compte", "Préférences").get_by_role("radio", name=theme).check()
    for view in ("Mon compte", "Administration"):
        go(page, view, "Profil" if view == "Mon compte" else "Membres")
        for button in page.locator(f"{VIEW} .opw-Sections-item").all():
            button.click()
            expect(page.locator(f"{BODY} .opw-Skeleton")).to_have_count(0)
            assert violations(page, VIEW) == [], f"{view}, {button.inner_text()}, {theme}"
            assert unseen_focus(page, VIEW, most=30) == [], f"{view}, {button.inner_text()}, {theme}"
