"""The profile and its photo, over a real server: who may, what is taken, what is refused."""

import base64
import io
import struct
import zlib

import pytest
from PIL import Image

from tests.accounts.test_api import ask, token_of

SCRIPT = b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>"


def picture(kind="PNG", size=(640, 480), color="red", **more):
    out = io.BytesIO()
    Image.new("RGB", size, color).save(out, kind, **more)
    return out.getvalue()


def bomb(side=60_000):
    """A PNG that says it has 3.6 milliard pixels, all of one colour."""

    def chunk(name, data):
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    head = struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0)
    body = zlib.compress(b"\0" * 1_000_000, 9)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", body) + chunk(b"IEND", b"")


async def put(browser, data):
    body = {"image": base64.b64encode(data).decode()}
    return await browser.api("PUT", "/me/photo", json=body)


async def test_a_photo_is_made_anew_and_shown_to_members(site, people):
    alice = await people.add("alice")
    await people.add("bob")
    async with site.browser() as mine, site.browser() as other, site.browser() as nobody:
        await mine.login("alice")
        await other.login("bob")
        exif = Image.Exif()
        exif[0x010F] = "a camera that knows where"
        exif[0x0112] = 6  # lies on its side
        sent = picture("JPEG", (600, 300), exif=exif)
        assert b"camera" in sent
        made = await put(mine, sent)
        assert made.status_code == 200, made.text
        version = made.json()["photo"]
        assert version
        where = f"/members/{alice}/photo"
        shown = await other.api("GET", where, params={"v": version})
        assert shown.status_code == 200
        assert shown.headers["Content-Type"] == "image/jpeg"
        assert shown.headers["X-Content-Type-Options"] == "nosniff"
        assert "immutable" in shown.headers["Cache-Control"]
        assert "default-src 'none'" in shown.headers["Content-Security-Policy"]
        assert b"camera" not in shown.content
        with Image.open(io.BytesIO(shown.content)) as image:
            assert (image.format, image.size, image.getexif()) == ("JPEG", (256, 256), {})
        assert (
            "immutable" not in (await other.api("GET", where, params={"v": "old"})).headers["Cache-Control"]
        )
        assert (await nobody.api("GET", where)).status_code == 401
        listed = {one["id"]: one for one in (await other.api("GET", "/members")).json()}
        assert listed[alice]["photo"] == version
        again = await put(mine, picture(color="blue"))
        assert again.json()["photo"] not in {"", version}
        assert (await mine.api("DELETE", "/me/photo")).json()["photo"] == ""
        assert (await mine.api("DELETE", "/me/photo")).status_code == 200
        assert (await other.api("GET", where)).status_code == 404


@pytest.mark.parametrize(
    ("data", "status"),
    [
        (b"", 422),
        (b"rubbish", 422),
        (SCRIPT, 422),
        (b"<!doctype html><script>alert(1)</script>", 422),
        (picture()[:200], 422),
        (b"%!PS-Adobe-3.0 EPSF-3.0\n", 422),
        (picture("BMP"), 422),
        (picture("TIFF"), 422),
        (bomb(), 413),
        (picture() + b"x" * 10_000_001, 413),
    ],
)
async def test_what_is_no_photo_is_refused(site, people, data, status):
    await people.add("alice")
    async with site.browser() as browser:
        await browser.login("alice")
        refused = await put(browser, data)
        assert refused.status_code == status, refused.text
        assert (await browser.api("GET", "/me")).json()["photo"] == ""


async def test_a_picture_with_a_script_behind_it_comes_out_without(site, people):
    alice = await people.add("alice")
    async with site.browser() as browser:
        await browser.login("alice")
        assert (await put(browser, picture("GIF") + SCRIPT)).status_code == 200
        assert b"script" not in (await browser.api("GET", f"/members/{alice}/photo")).content


async def test_the_fields_of_a_profile(site, people):
    alice = await people.add("alice")
    async with site.browser() as browser:
        await browser.login("alice")
        fine = {
            "display_name": "  Alice   <script>alert(1)</script>  ",
            "unit": "Direction des finances",
            "time_zone": "America/Cayenne",
            "locale": "fr_FR",
            "color": "#0b7a75",
        }
        me = (await browser.api("PATCH", "/me", json=fine)).json()
        assert me["display_name"] == "Alice <script>alert(1)</script>"
        assert (me["unit"], me["time_zone"]) == ("Direction des finances", "America/Cayenne")
        assert (await browser.api("GET", f"/members/{alice}")).json()["unit"] == "Direction des finances"
        for field, value in (
            ("time_zone", "Europe/Lutèce"),
            ("time_zone", "../../etc/passwd"),
            ("unit", "x" * 129),
            ("unit", "a\u202eb"),
            ("display_name", " "),
            ("color", "red; background: url(//evil)"),
            ("locale", "tlh"),
            ("photo", "mine"),
            ("administrator", True),
        ):
            assert (await browser.api("PATCH", "/me", json={field: value})).status_code == 422, field
        assert (await browser.api("PATCH", "/me", json={"unit": "", "time_zone": ""})).json()["unit"] == ""


async def test_a_token_with_the_scope_may_change_the_photo_another_not(site, people):
    alice = await people.add("alice")
    reader = (await token_of(site, alice, "accounts:read")).secret
    body = {"image": base64.b64encode(picture()).decode()}
    assert (await ask(site, reader, "PUT", "/me/photo", json=body)).status_code == 403


async def test_strength_is_told_to_members_and_holders_of_a_link(site, people):
    await people.add("alice", administrator=True)
    bob = await people.add("bob", email="bob@example.org")
    async with site.browser() as browser, site.browser() as nobody:
        await browser.login("alice")

        async def ask_it(who, **body):
            headers = {"X-XSRFToken": await who.xsrf()}
            return await who.post("/password-strength?lang=fr", json=body, headers=headers)

        weak = (await ask_it(browser, password="alice alice 2026")).json()
        assert (weak["enough"], weak["wanted"]) == (False, 50)
        assert weak["advice"].startswith("Ce mot de passe est facile à deviner")
        assert (await ask_it(browser, password="violette enclume port crayon")).json()["grade"] == "good"
        assert (await ask_it(nobody, password="x")).status_code == 403
        assert (await ask_it(nobody, password="x", link="n" * 43)).status_code == 404
        assert (await ask_it(browser, password="x" * 5000)).status_code == 413
        assert (await ask_it(browser, password=3)).status_code == 422
        path = (await browser.api("POST", f"/members/{bob}/reset-link")).json()["path"]
        page = await nobody.get(path)
        assert "script-src 'sha256-" in page.headers["Content-Security-Policy"]
        secret = path.rpartition("/")[2]
        theirs = (await ask_it(nobody, password="bob example org bob", link=secret)).json()
        assert "votre nom" in theirs["advice"]
        bare = await browser.post("/password-strength", json={"password": "x"})
        assert bare.status_code == 403


async def test_the_page_and_the_server_decide_alike(site, people):
    await people.add("alice", administrator=True)
    bob = await people.add("bob", display_name="Robert Lefèvre")
    async with site.browser() as browser, site.browser() as nobody:
        await browser.login("alice")
        path = (await browser.api("POST", f"/members/{bob}/reset-link")).json()["path"]
        refused = await nobody.form(path, password="Robert Lefevre 35!", again="Robert Lefevre 35!")
        assert refused.status_code == 422
        assert "votre nom" in refused.text
        fine = "violette enclume port crayon"
        assert (await nobody.form(path, password=fine, again=fine)).status_code == 303
