#pragma once
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "base/time.hpp"
#include "portal/paper/ink.hpp"

/// A document of headings, texts, lists and tables as a PDF of A4 pages, laid out with Pango and drawn by cairo.
///
/// It lives in the portal and not in `formats`, so that programs which only read and check advisories with the library
/// of rooms base and formats need not link Pango; the command line stands above the portal and may use it.
///
/// Equal input gives equal bytes on machines with equal fonts: no clock, no random numbers. Memory grows with the pages
/// written, not with the length of a text.
namespace tocsin::portal::paper {

/// Pages that a document may have. A page takes some ten milliseconds: a server has better things to do than to print
/// books for everybody who asks, while somebody who prints one at the command line can wait.
inline constexpr int kPagesMaxServed = 500, kPagesMaxPrinted = 5000;

/// What stands at the top and bottom of every page on the right: 12 points, on black.
struct Marking {
  std::string text;  ///< "TLP:AMBER"
  Ink ink;
};

/// What a document says of itself.
struct Frame {
  std::string id, title, author, keywords;
  std::string foot;      ///< Bottom left of every page.
  std::string language;  ///< BCP 47, or empty.
  Timestamp date;        ///< Of creation and change, in the file's properties.
  std::optional<Marking> marking;
};

/// Where a text leads to: out, or to a place in the document.
struct Link {
  std::string url;    ///< Must be fit to stand in a link (html::Url::external).
  std::string place;  ///< A name that some heading has.
  bool empty() const noexcept { return url.empty() && place.empty(); }
};

struct TableCell {
  std::string text;
  Ink ink = kBlack;
  bool bold = false;
  Link link = {};
};
using TableRow = std::vector<TableCell>;

/// Takes a document from top to bottom. Texts may be anything: what cannot be printed is left out.
class Paper {
 public:
  virtual ~Paper() = default;
  /// Level 1 is the title, 2 a chapter, 3 and 4 what is in it. 2 and 3 become bookmarks. `place` may be empty.
  virtual void heading(std::size_t level, std::string_view text, const std::string& place) = 0;
  virtual void paragraph(std::string_view text) = 0;
  /// Label and text side by side; a long text below its label.
  virtual void fact(std::string_view label, std::string_view text) = 0;
  /// In a list, at `level` 0..2. What it leads to stands behind it, as `shown`.
  virtual void item(std::size_t level, std::string_view text, const std::string& url, std::string_view shown) = 0;
  /// The first row names the columns, and does so again on every page. All have as many cells.
  virtual void table(const std::vector<TableRow>& rows) = 0;
  /// Numbers over time as an area, from 0 up, on one page. `begin` and `end` stand below its ends. Say what it shows in
  /// a paragraph beside it, for those who do not see it.
  virtual void chart(const std::vector<std::int64_t>& values, std::string_view begin, std::string_view end) = 0;
};

struct Pdf {
  std::string bytes;
  int pages = 0;
  /// The installed fonts lack some character of the text: a box with its number stands in its place.
  bool lacks_glyphs = false;
};

/// `write` is called twice, the first time to count the pages, and must do the same both times.
/// Errors: too_large beyond `pages_max`; unavailable without fonts; internal where cairo fails.
Result<Pdf> make_pdf(const Frame& frame, int pages_max, const std::function<void(Paper&)>& write);

}  // namespace tocsin::portal::paper
