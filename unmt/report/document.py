"""One self-contained HTML page: nothing is fetched, no script runs, light and dark follow the reader's system."""

from html import escape
from importlib.resources import files

# Belt and braces: even if a result smuggled in a reference, the page may not fetch it.
POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:"


def document(title: str, body: str) -> str:
    """The whole page around an HTML body. title: plain text."""
    style = files("unmt.report").joinpath("page.css").read_text(encoding="utf-8")
    return (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{POLICY}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        '<meta name="color-scheme" content="light dark">\n'
        f'<link rel="icon" href="data:,">\n<title>{escape(title)}</title>\n<style>\n{style}</style>\n</head>\n'
        f"<body>\n<main>\n{body}\n</main>\n</body>\n</html>\n"
    )


def header(command: str, title: str, lead: str, *, style: str = "", more: str = "", beside: str = "") -> str:
    """What a page begins with: the command, what came of it, and a sentence. style: of a verdict.

    command, title, lead: plain text; more: HTML under them; beside: HTML next to them.
    """
    of_style = f' class="{style}"' if style else ""
    return (
        f'<header{of_style}>\n<div>\n<p class="kicker">{escape(command)}</p>\n<h1>{escape(title)}</h1>\n'
        f"<p class=lead>{escape(lead)}</p>\n{more}</div>\n{beside}</header>\n"
    )


def section(title: str, body: str, note: str = "") -> str:
    """A titled part of the page; empty where it has no body. title, note: plain text; body: HTML."""
    if not body:
        return ""
    remark = f'<p class="note">{escape(note)}</p>' if note else ""
    return f"<section>\n<h2>{escape(title)}</h2>\n{remark}{body}\n</section>\n"


def details(summary: str, body: str) -> str:
    """A part that opens on demand. summary: plain text; body: HTML."""
    return f"<details>\n<summary>{escape(summary)}</summary>\n{body}\n</details>\n"


def facts(pairs: list[tuple[str, str]], style: str = "facts") -> str:
    """Names over values, both plain text."""
    rows = "".join(f"<div><dt>{escape(name)}</dt><dd>{escape(value)}</dd></div>" for name, value in pairs)
    return f'<dl class="{style}">{rows}</dl>\n' if rows else ""
