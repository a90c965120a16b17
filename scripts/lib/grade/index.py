"""index.html, for the teacher: the class as a table that can be sorted, and what its points and failures are like."""

import html
from collections import Counter
from urllib.parse import quote

from lib.grade.fields import number, one_line
from lib.grade.report import html_page
from lib.grade.table import distribution
from lib.judge.checks import load
from lib.words import _

MOST_FAILURES = 20  # checks

STYLE = """
body { font-family: sans-serif; margin: 2em auto; padding: 0 1em; max-width: 90em; line-height: 1.4; }
table { border-collapse: collapse; } .wide { overflow-x: auto; }
th, td { padding: .2em .6em; text-align: left; border-bottom: 1px solid #ccc; vertical-align: top; }
td.number { text-align: right; white-space: nowrap; }
th button { font: inherit; background: none; border: 0; padding: 0; cursor: pointer; }
th[aria-sort=ascending] button::after { content: " \\25b2"; }
th[aria-sort=descending] button::after { content: " \\25bc"; }
.fail { background: #fdecec; } .missing, .unreadable { background: #eee; } .blocked, .error { background: #fff3d6; }
figure { margin: 1em 0; max-width: 44em; } svg { width: 100%; height: auto; }
rect { fill: #36c; } text { font-size: 12px; }
"""

# A click, or Enter and the space bar on a heading's button, sorts by its column, and the next one the other way round.
SCRIPT = """
const table = document.querySelector("table.class");
const heads = [...table.tHead.rows[0].cells];
const words = new Intl.Collator(document.documentElement.lang, {numeric: true});
const valueOf = (row, column) => row.cells[column].dataset.value ?? row.cells[column].textContent;
function compare(one, other) {
  const [a, b] = [one, other].map((value) => value === "" ? -1 : Number(value));
  return isNaN(a) || isNaN(b) ? words.compare(one, other) : a - b;
}
heads.forEach((head, column) => head.querySelector("button").addEventListener("click", () => {
  const direction = head.getAttribute("aria-sort") === "ascending" ? -1 : 1;
  for (const each of heads) each.removeAttribute("aria-sort");
  head.setAttribute("aria-sort", direction === 1 ? "ascending" : "descending");
  const rows = [...table.tBodies[0].rows];
  rows.sort((one, other) => direction * compare(valueOf(one, column), valueOf(other, column)));
  table.tBodies[0].append(...rows);
}));
"""


def escape(text):
    """A text of other people, whose direction doesn't change what is around it."""
    return f"<bdi>{html.escape(one_line(str(text)))}</bdi>"


def number_cell(value, status=""):
    """A cell with points. The status is said with them, unless the points say enough."""
    words = status if status not in ("pass", "fail") else ""
    return f'<td class="number {status}" data-value="{number(value)}">{number(value)} {words}</td>'


def student_row(row, course):
    link = f"teacher/{quote(row['directory'])}/report.html"
    yield f'<th scope="row"><a href="{html.escape(link)}">{escape(row["id"])}</a></th><td>{escape(row["name"])}</td>'
    yield number_cell(row["total"])
    yield number_cell(100 * row["total"] / row["max"] if row["max"] else None)
    for lab in course.labs:
        result = row["labs"][lab]
        yield number_cell(result["points"], result["status"])
    for name in course.extras_of(course.labs):
        yield number_cell(row["extras"][name]["points"])
    yield f"<td>{escape(', '.join(row['open']))}</td><td>{escape('; '.join(row['notes']))}</td>"


def class_table(rows, course):
    names = [_("id"), _("name"), _("points"), "%", *course.labs, *course.extras_of(course.labs), _("still open"),
             _("warnings")]
    heads = "".join(f'<th scope="col"><button type="button">{html.escape(name)}</button></th>' for name in names)
    yield f'<div class="wide" tabindex="0" role="region" aria-label="{html.escape(_("The class"))}">'
    yield f'<table class="class">\n<thead><tr>{heads}</tr></thead>\n<tbody>'
    yield from (f"<tr>{''.join(student_row(row, course))}</tr>" for row in rows)
    yield "</tbody></table></div>"


def distribution_figure(rows):
    """Bars as an SVG; its label says the same in words."""
    bins = distribution(rows)
    widest = max(*bins.values(), 1)
    label = ", ".join(f"{name}: {count}" for name, count in bins.items())
    yield f'<figure><svg role="img" viewBox="0 0 660 200" aria-label="{html.escape(label)}">'
    for position, (name, count) in enumerate(bins.items()):
        height, x = 150 * count / widest, 60 * position
        yield f'<rect x="{x + 5}" y="{175 - height:.1f}" width="50" height="{height:.1f}"/>'
        yield f'<text x="{x + 30}" y="{170 - height:.1f}" text-anchor="middle">{count or ""}</text>'
        yield f'<text x="{x + 30}" y="192" text-anchor="middle">{name}</text>'
    caption = html.escape(_("How many students have so many percent of the points"))
    yield f"</svg><figcaption>{caption}</figcaption></figure>"


def failure_table(rows, course):
    """The checks that most fail, with how many were judged in that lab."""
    titles = {check.id: check.title for lab in course.labs for check in load(lab).checks}
    results = [check for row in rows for lab in course.labs for check in row["labs"][lab]["checks"]]
    judged = Counter(check["id"] for check in results)
    failed = Counter(check["id"] for check in results if check["status"] == "fail")
    names = (_("check"), _("failed"), _("judged"), _("what it is about"))
    heads = "".join(f'<th scope="col">{html.escape(name)}</th>' for name in names)
    yield f"<table>\n<thead><tr>{heads}</tr></thead>\n<tbody>"
    for name, count in sorted(failed.items(), key=lambda pair: (-pair[1], pair[0]))[:MOST_FAILURES]:
        yield (f'<tr><th scope="row">{html.escape(name)}</th><td class="number">{count}</td>'
               f'<td class="number">{judged[name]}</td><td>{html.escape(_(titles.get(name, "")))}</td></tr>')
    yield "</tbody></table>"


def index_html(out, rows, course):
    """The page. `out`, where it will lie, tells which of the other files there are."""
    title = html.escape(one_line(course.title))
    files = ["grades.csv", "answers.csv", "moodle.csv", "canvas.csv", "sis.csv", "similar.txt", "changes.txt",
             "summary.txt"]
    links = ", ".join(f'<a href="{name}">{name}</a>' for name in files if (out / name).exists())
    body = [f"<main>\n<h1>{title}</h1>", f"<p>{html.escape(_('students: %d') % len(rows))}. {links}</p>",
            *class_table(rows, course), f"<h2>{html.escape(_('Distribution of the points'))}</h2>",
            *distribution_figure(rows), f"<h2>{html.escape(_('What most students fail'))}</h2>",
            *failure_table(rows, course), "</main>"]
    return html_page(title, "\n".join(body), STYLE, SCRIPT)
