"""Read the web pages on standard input: their words without menus and banners, and where they lead.

Started as `python -I -m knowledge.documents.jail.web ORDER`. Each page comes behind a line of JSON with its length and
charset, and is answered by one line of JSON.
"""

import json
import logging
import os
import sys
import warnings
from typing import Any

import lxml.html
import trafilatura
from lxml import etree

from knowledge.documents.jail import cell

MOST_LINKS = 2000
MOST_TEXT = 2_000_000
BROKEN = (*cell.BROKEN, etree.LxmlError)


def main() -> None:
    """Print what each page says and the links on it, or why it cannot be read."""
    order = json.loads(sys.argv[1])
    logging.disable(logging.CRITICAL)
    warnings.simplefilter("ignore")
    sys.setrecursionlimit(3000)
    stream = os.fdopen(os.dup(0), "rb")
    cell.jail(memory=order["memory"], seconds=order["seconds"])
    while line := stream.readline():
        comes = json.loads(line)
        data = stream.read(comes["length"])
        try:
            cell.say(**page(data.decode(comes["charset"] or "utf-8", "replace")))
        except BROKEN as error:
            cell.say(reason="damaged", detail=type(error).__name__)


def page(markup: str) -> dict[str, Any]:
    """Return title, text, links as they are written, the address it calls its own, and what it asks of robots."""
    parser = lxml.html.HTMLParser(no_network=True, huge_tree=False)
    tree = lxml.html.document_fromstring(markup.encode("utf-8", "replace"), parser=parser, base_url=None)
    titles = tree.xpath("//title/text()") or tree.xpath("//h1//text()")
    text = trafilatura.extract(
        markup, include_comments=False, include_tables=True, include_links=False, favor_recall=True, output_format="txt"
    )
    if not text:
        text = "\n".join(
            " ".join(part.split()) for part in tree.xpath("//body//text()[not(ancestor::script or ancestor::style)]")
        )
    orders = " ".join(tree.xpath("//meta[translate(@name,'ROBTS','robts')='robots']/@content")).lower()
    return {
        "title": " ".join(" ".join(titles[:1]).split())[:300],
        "text": text[:MOST_TEXT],
        "links": [str(each)[:2000] for each in tree.xpath("//a[not(contains(@rel,'nofollow'))]/@href")[:MOST_LINKS]],
        "base": str(next(iter(tree.xpath("//base/@href")), ""))[:2000],
        "canonical": str(next(iter(tree.xpath("//link[@rel='canonical']/@href")), ""))[:2000],
        "noindex": "noindex" in orders or "none" in orders.split(","),
        "nofollow": "nofollow" in orders or "none" in orders.split(","),
    }


if __name__ == "__main__":
    main()
