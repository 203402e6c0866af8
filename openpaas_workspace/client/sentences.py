"""What the client says of its own, in the language of whoever reads it; the server's sentences come translated."""

import os
from functools import cache
from typing import Final

# As GNU gettext looks (its manual, 2.3): a kernel is given its member's language in LANGUAGE.
_VARIABLES: Final = ("LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG")

FRENCH: Final = {
    'Outside of a kernel say where: Workspace("https://…", token="opw_…"). Tokens are made under “My account”.': (
        'Hors d’un noyau, indiquez l’adresse : Workspace("https://…", token="opw_…"). '
        "Les jetons se créent dans « Mon compte »."
    ),
    "The workspace at {url} cannot be reached: {why}.": "L’espace de travail {url} est injoignable : {why}.",
    "The workspace does not answer: {why}.": "L’espace de travail ne répond pas : {why}.",
    "The server answered {status}.": "Le serveur a répondu {status}.",
    "Log in, then try again.": "Connectez-vous, puis réessayez.",
    "There is nothing here that you may see.": "Il n’y a rien ici que vous puissiez voir.",
    "The column “{name}” holds {type} objects: make text or numbers of them.": (
        "La colonne « {name} » contient des objets {type} : faites-en du texte ou des nombres."
    ),
    "Two columns are called “{name}”: give each a name of its own.": (
        "Deux colonnes s’appellent « {name} » : donnez un nom à chacune."
    ),
    "The column “{name}” holds half a character.": "La colonne « {name} » contient un demi-caractère.",
    "Give a DataFrame: this is a {type}.": "Donnez un DataFrame : ceci est un objet {type}.",
    'The columns have {count} levels, and a sheet has one line of names: join them (df.columns = df.columns.map(" ".join)).': (
        "Les colonnes ont {count} niveaux, et une feuille n’a qu’une ligne de noms : "
        'réunissez-les (df.columns = df.columns.map(" ".join)).'
    ),
    "Give rows of the same kind: some are lists, some are single values.": (
        "Donnez des lignes de même nature : certaines sont des listes, d’autres des valeurs seules."
    ),
    "“{format}” is none of the formats {formats}.": "« {format} » n’est aucun des formats {formats}.",
    "A text holds half a character.": "Un texte contient un demi-caractère.",
    "That is too much at once: read the tab as a DataFrame.": (
        "C’est trop à la fois : lisez l’onglet comme DataFrame."
    ),
    "The table cannot be written: {why}.": "Le tableau ne peut pas être écrit : {why}.",
    "no answer in time": "pas de réponse à temps",
    "“{name}” is no space.": "« {name} » n’est pas un espace.",
    "“{name}” is a space of which you only see what was shared with you.": (
        "« {name} » est un espace dont vous ne voyez que ce qui a été partagé avec vous."
    ),
    "“{path}” is a space, no file.": "« {path} » est un espace et non un fichier.",
    "Name the space too: Space/name.": "Indiquez aussi l’espace : Espace/nom.",
    "Name at least one place in the workspace: {place}.": (
        "Indiquez au moins un emplacement de l’espace de travail : {place}."
    ),
    "Write bytes, text, or a notebook as a dict.": "Écrivez des octets, un texte, ou un notebook sous forme de dict.",
    "The connection was ended.": "La connexion a été fermée.",
    "This token does not hold the scope events:read.": "Ce jeton n’a pas la portée events:read.",
    "The server no longer knows what happened since; read afresh, then listen again.": (
        "Le serveur ne sait plus ce qui s’est passé depuis ; relisez tout, puis reprenez l’écoute."
    ),
    "%ws knows: {words}.": "%ws connaît : {words}.",
    "%ws {word} wants other words after it.": "%ws {word} attend d’autres mots à sa suite.",
    "It still runs; wait again, or cancel it.": "L’exécution continue ; attendez encore, ou annulez-la.",
    "A cell failed; see {path}.": "Une cellule a échoué ; voyez {path}.",
    "There is no member or group “{name}”.": "Il n’y a ni membre ni groupe « {name} ».",
    "“{name}” is no member: protections name people.": (
        "« {name} » n’est pas un membre : les protections nomment des personnes."
    ),
    "This is a folder; download its files, or the folder as a zip in the page.": (
        "C’est un dossier ; téléchargez ses fichiers, ou le dossier en zip depuis la page."
    ),
    "The connection was cut while “{name}” was fetched: {why}.": (
        "La connexion a été coupée pendant le téléchargement de « {name} » : {why}."
    ),
    "The file on this machine became shorter while it was sent.": (
        "Le fichier de cette machine a raccourci pendant l’envoi."
    ),
    "“{text}” is no address of cells: write B2, A1:C3 or B:B.": (
        "« {text} » n’est pas une adresse de cellules : écrivez B2, A1:C3 ou B:B."
    ),
    "A cell cannot hold an infinite number.": "Une cellule ne peut pas contenir un nombre infini.",
    "A cell cannot hold {type}: give it text or a number.": (
        "Une cellule ne peut pas contenir {type} : donnez-lui un texte ou un nombre."
    ),
    "{count} cells of the column “{name}” do not fit its type.": (
        "{count} cellules de la colonne « {name} » ne sont pas de son type."
    ),
    "{count} cells of the column “{name}” do not fit its type and are missing here; "
    'read(odd="keep") brings them.': (
        "{count} cellules de la colonne « {name} » ne sont pas de son type et manquent ici ; "
        'read(odd="keep") les donne.'
    ),
    "There is nothing to write.": "Il n’y a rien à écrire.",
    "{place} has {rows} × {columns} cells; that is not what was given.": (
        "{place} compte {rows} × {columns} cellules ; ce n’est pas ce qui a été donné."
    ),
    "Fill a formula down one column at a time.": "Recopiez une formule dans une colonne à la fois.",
    "That is too much for one value: write a DataFrame.": "C’est trop pour une seule valeur : écrivez un DataFrame.",
    "There is no tab “{name}”.": "Il n’y a pas d’onglet « {name} ».",
    "A sheet has one tab at least.": "Une feuille a au moins un onglet.",
    "This token does not hold the scope files:read.": "Ce jeton n’a pas la portée files:read.",
    "This is no token: one is a word that begins with opw_.": (
        "Ce n’est pas un jeton : un jeton est un mot qui commence par opw_."
    ),
    "“{url}” is no address of a workspace: write https://office.example.org.": (
        "« {url} » n’est pas l’adresse d’un espace de travail : écrivez https://bureau.example.org."
    ),
    "What answers at {url} is no workspace.": "Ce qui répond à {url} n’est pas un espace de travail.",
    "This is no text; read it with ws.read.": "Ce n’est pas du texte ; lisez-le avec ws.read.",
    'Write names with an apostrophe or spaces between quotation marks: "…".': (
        'Écrivez entre guillemets les noms qui ont une apostrophe ou des espaces : "…".'
    ),
    "“{path}” is no file.": "« {path} » n’est pas un fichier.",
    "“{path}” is there already.": "« {path} » existe déjà.",
    "Within the workspace a copy takes a free place only: leave --conflict out.": (
        "Dans l’espace de travail, une copie ne prend qu’une place libre : omettez --conflict."
    ),
    "“{text}” is no date: write 2027-01-31.": "« {text} » n’est pas une date : écrivez 2027-01-31.",
    "A parameter is NAME=VALUE.": "Un paramètre s’écrit NOM=VALEUR.",
}
"""English, as the code says it, and French; placeholders are written `{name}`."""


def say(sentence: str, **values: object) -> str:
    """The sentence in the language of the environment, its placeholders filled."""
    said = FRENCH.get(sentence, sentence) if _is_french(*map(os.environ.get, _VARIABLES)) else sentence
    return said.format(**values) if values else said


@cache
def _is_french(*asked: str | None) -> bool:
    first = next((one for one in asked if one), "")
    return first.lower().startswith("fr")
