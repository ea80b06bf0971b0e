"""A site that changes at random from night to night, in the ways that publishers' sites do."""

from random import Random

from tests.collect.served import Site, answer

HEADING = "Payment Date,Supplier Name,Net Amount,Transaction No\n"
PAGE = b"<!DOCTYPE html><html><title>Not found</title><body>Sorry</body></html>"


class ChangingSite:
    """Publishers with a page of monthly files each; `change` is what happens in one day."""

    def __init__(self, site: Site, publishers: list[str], chance: Random) -> None:
        self.site = site
        self.chance = chance
        self.newest = dict.fromkeys(publishers, 0)
        self.links: dict[str, dict[str, str]] = {one: {} for one in publishers}
        self.earlier: dict[str, list[bytes]] = {}
        for publisher in publishers:
            for _ in range(3):
                self.add_month(publisher)
            self.show(publisher)

    def change(self) -> None:
        """One thing happens at each publisher; the last is what a quiet day is."""
        for publisher in self.links:
            self.show(publisher)
            what = self.chance.choice(
                [self.add_month, self.revise, self.put_back, self.lose, self.rename, self.fail,
                 self.list_nothing, self.upload_again, self.relabel, self.show]
            )  # fmt: skip
            what(publisher)

    def rows(self, publisher: str, month: int) -> bytes:
        lines = [
            f"{self.chance.randrange(1, 29):02}/{month % 12 + 1:02}/{2023 + month // 12},"
            f"Supplier {self.chance.randrange(30)} Ltd,{self.chance.randrange(1, 90000) / 100:.2f},"
            f"{publisher}{month}-{row}\n"
            for row in range(self.chance.randrange(12, 25))
        ]
        return (HEADING + "".join(lines)).encode()

    def add_month(self, publisher: str) -> None:
        month = self.newest[publisher]
        self.newest[publisher] += 1
        path = f"/{publisher}/spend-{2023 + month // 12}-{month % 12 + 1:02}.csv"
        self.links[publisher][path] = f"Spend {month % 12 + 1:02}/{2023 + month // 12}"
        self.put(path, self.rows(publisher, month))
        self.show(publisher)

    def put(self, path: str, body: bytes) -> None:
        self.earlier.setdefault(path, []).append(body)
        self.site.answers[path] = answer(body)

    def some_path(self, publisher: str) -> str:
        return self.chance.choice(sorted(self.links[publisher]))

    def revise(self, publisher: str) -> None:
        """Drop, redact, correct or add rows, sometimes more than half of them."""
        path = self.some_path(publisher)
        head, *lines = self.earlier[path][-1].decode().splitlines(keepends=True)
        kept = [line for line in lines if self.chance.random() > self.chance.choice([0, 0.1, 0.7])]
        place = self.chance.randrange(len(kept) + 1)
        for number, line in enumerate(kept[:place]):
            if self.chance.random() < 0.2:
                day, _, pounds, reference = line.split(",")
                kept[number] = f"{day},REDACTED,{pounds},{reference}"
        self.put(path, (head + "".join(kept or lines)).encode())

    def put_back(self, publisher: str) -> None:
        path = self.some_path(publisher)
        self.put(path, self.chance.choice(self.earlier[path]))

    def lose(self, publisher: str) -> None:
        """A link leaves the page, and its file the site."""
        path = self.some_path(publisher)
        if len(self.links[publisher]) > 2:
            del self.links[publisher][path]
            self.site.answers.pop(path, None)
        self.show(publisher)

    def rename(self, publisher: str) -> None:
        """The same bytes under another address."""
        path = self.some_path(publisher)
        other = path.replace("/spend-", f"/v{self.chance.randrange(1000)}-spend-")
        self.links[publisher][other] = self.links[publisher].pop(path)
        self.put(other, self.earlier[path][-1])
        self.show(publisher)

    def upload_again(self, publisher: str) -> None:
        """A corrected file beside the first one."""
        path = self.some_path(publisher)
        other = path.replace("/spend-", f"/corrected{self.chance.randrange(1000)}-spend-")
        self.links[publisher][other] = self.links[publisher][path]
        self.put(other, self.earlier[path][-1])
        self.show(publisher)

    def relabel(self, publisher: str) -> None:
        path = self.some_path(publisher)
        self.links[publisher][path] += " (updated)"
        self.show(publisher)

    def fail(self, publisher: str) -> None:
        path = self.some_path(publisher)
        broken = [answer(b"", 403), answer(b"", 404), answer(PAGE), answer(b"a,b\n", length=900)]
        self.site.answers[path] = self.chance.choice(broken)

    def list_nothing(self, publisher: str) -> None:
        self.site.answers[f"/{publisher}"] = answer(b"<h1>Our new site</h1>")

    def show(self, publisher: str) -> None:
        """The page as it should be today."""
        links = "".join(
            f'<li><a href="{path}">{label}</a></li>'
            for path, label in self.links[publisher].items()
        )
        self.site.answers[f"/{publisher}"] = answer(links.encode())
