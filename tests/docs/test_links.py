"""links.py finds what is broken, and nothing else."""

import sys
import tempfile
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
import links  # noqa: E402


class Links(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.root = Path(folder.name).resolve()

    def write(self, name: str, text: str):
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")

    def problems_of(self, body: str) -> list:
        self.write("deep/other.html", '<h2 id="there">There</h2>')
        self.write("picture.png", "")
        self.write("index.html", body)
        return links.check_site(self.root)

    def test_links_that_are_there_are_no_problem(self):
        body = (
            '<a href="deep/other.html#there">a</a><a href="#here" id="here">b</a><a href="deep/other.html?q=1">c</a>'
            '<a href="https://example.com/">d</a><a href="mailto:a@b.example">e</a><img src="picture.png">'
        )
        self.assertEqual(self.problems_of(body), [])

    def test_each_kind_of_broken_link_is_found(self):
        for body, problem in [
            ('<a href="gone.html">', "index.html: gone.html is not there"),
            ('<a href="deep/other.html#gone">', "index.html: deep/other.html#gone has no such anchor"),
            ('<a href="#gone">', "index.html: #gone has no such anchor"),
            ('<img src="gone.png">', "index.html: gone.png is not there"),
            ('<a href="../outside.html">', "index.html: ../outside.html is not there"),
            ('<script src="https://cdn.example/x.js">', "index.html: loads https://cdn.example/x.js from elsewhere"),
        ]:
            self.assertEqual(self.problems_of(body), [problem])

    def test_a_site_without_pages_is_a_problem(self):
        self.assertEqual(links.check_site(self.root), [f"{self.root} has no page"])

    def test_broken_links_of_markdown_are_found_outside_code(self):
        self.write("README.md", "# The tour\n[a](docs/a.md#b-c) [d](gone.md) [e](docs/a.md#gone) [f](#the-tour)\n```\n[g](gone)\n```\n")
        self.write("docs/a.md", "## `B`: c\n")
        self.assertEqual(
            links.check_markdown(self.root),
            ["README.md: gone.md is not there", "README.md: docs/a.md#gone has no such anchor"],
        )

    def test_a_link_out_of_docs_leads_to_a_page_with_the_text(self):
        docs, stage_docs, problems = links.ROOT / "docs", self.root / "docs", []
        text = "[a](../LICENSE) [b](../gone) [c](api.md)\n```\n[d](../LICENSE)\n```\n"
        staged = links.staged(text, docs / "decisions.md", docs, stage_docs, problems)
        self.assertEqual(staged, text.replace("../LICENSE", "repository/LICENSE.html", 1))
        self.assertIn("Apache License", (stage_docs / "repository/LICENSE.html").read_text(encoding="utf-8"))
        self.assertEqual(problems, ["docs/decisions.md: ../gone is not there"])

    def test_links_to_readme_files_lead_to_the_pages_that_mdbook_makes(self):
        docs = links.ROOT / "docs"
        staged = links.staged("[a](decisions/README.md) [b](../events/README.md)", docs / "a.md", docs, self.root, [])
        self.assertEqual(staged, "[a](decisions/index.md) [b](repository/events/README-md.html)")


if __name__ == "__main__":
    unittest.main()
