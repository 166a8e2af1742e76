#include "portal/paper/paper.hpp"

#include <algorithm>
#include <array>
#include <span>

#include <cairo-pdf.h>
#include <fmt/format.h>

#include "base/text.hpp"
#include "portal/paper/text_flow.hpp"

namespace tocsin::portal::paper {
namespace {

// A4, in points.
constexpr double kPageWidth = 595.28, kPageHeight = 841.89;
constexpr double kSide = 56, kTop = 74, kBottom = 72;
constexpr double kWidth = kPageWidth - 2 * kSide;
constexpr double kFloor = kPageHeight - kBottom;
constexpr double kHeadLine = 58, kFootLine = kPageHeight - 52;

constexpr double kLabelWidth = 112, kGutter = 10, kIndent = 14, kCellPadding = 5;
/// Facts longer than this stand below their label.
constexpr std::size_t kFactBytesBeside = 400;
constexpr std::size_t kLabelBytesMax = 200, kBookmarkBytesMax = 120, kPropertyBytesMax = 1000;

constexpr Style kBody{9, false, kBlack};
constexpr Ink kQuiet{0.29, 0.36, 0.40}, kRule{0.80, 0.84, 0.86}, kFill{0.93, 0.945, 0.953}, kLinkInk{0.04, 0.35, 0.43},
    kChartInk{0.25, 0.55, 0.63};

void set_ink(cairo_t* cairo, const Ink& ink) { cairo_set_source_rgb(cairo, ink.red, ink.green, ink.blue); }

/// A text as value of a cairo attribute: in quotes, with what would end it escaped.
std::string in_quotes(std::string_view text) {
  std::string out = "'";
  for (const char c : text) {
    if (c == '\'' || c == '\\') out += '\\';
    out += c;
  }
  return out + '\'';
}

/// URLs in PDF are ASCII; what is not is escaped.
std::string ascii_url(std::string_view url) {
  std::string out;
  for (const char c : url) {
    if (static_cast<unsigned char>(c) < 0x80) {
      out += c;
    } else {
      out += fmt::format("%{:02X}", static_cast<unsigned char>(c));
    }
  }
  return out;
}

std::string one_line(std::string_view text, std::size_t bytes_max) {
  return text::shorten(text::squeeze(printable(text)), bytes_max);
}

/// Marks what is drawn while it lives: as a part of the document for screen readers, or as a link.
class Tag {
 public:
  Tag(cairo_t* cairo, const char* name, const std::string& attributes = {}) : cairo_(cairo), name_(name) {
    if (cairo_ != nullptr) cairo_tag_begin(cairo_, name_, attributes.c_str());
  }
  ~Tag() {
    if (cairo_ != nullptr) cairo_tag_end(cairo_, name_);
  }
  Tag(const Tag&) = delete;
  Tag& operator=(const Tag&) = delete;

 private:
  cairo_t* cairo_;
  const char* name_;
};

/// One text of a row: what stands beside it begins at the same height.
struct Cell {
  TextFlow flow;
  double x = 0;
  const char* tag = "P";
  Link link = {};
  std::string place = {};  ///< Name of the place that its first line is.
};

struct Row {
  double padding = 0;
  const char* tag = nullptr;
  bool filled = false;  ///< Only for rows that are known to fit.
  bool ruled = false;   ///< A line below.
};

class Pages : public Paper {
 public:
  /// `cairo` nullptr only counts. `pages_total` is what the count gave.
  Pages(const Frame& frame, const Fonts& fonts, cairo_surface_t* surface, cairo_t* cairo, int pages_max,
        int pages_total)
      : frame_(frame),
        fonts_(fonts),
        surface_(surface),
        cairo_(cairo),
        pages_max_(pages_max),
        pages_total_(pages_total) {
    begin_page();
  }

  void heading(std::size_t level, std::string_view text, const std::string& place) override {
    if (full()) return;
    level = std::clamp<std::size_t>(level, 1, 4);
    static constexpr std::array<Style, 4> kStyles{
        Style{17, true, kBlack}, {12.5, true, kBlack}, {10, true, kBlack}, {9, true, kQuiet}};
    static constexpr std::array<double, 4> kBefore{0, 16, 12, 6};
    static constexpr std::array<double, 4> kAfter{8, 7, 4, 2};
    static constexpr std::array<const char*, 4> kTags{"H1", "H2", "H3", "H4"};
    const auto clean = text::squeeze(printable(text));
    TextFlow flow{fonts_, clean, kStyles[level - 1], kWidth};
    if (flow.done()) return;
    // A heading stays with what it is the heading of: some lines of it must fit below.
    constexpr double kKeptBelow = 44;
    // Right below another heading that one's own room is enough.
    if (y_ != below_heading_) space(kBefore[level - 1]);
    if (y_ > kTop && y_ + std::min(flow.height_left(), kFloor) + kKeptBelow > kFloor) break_page();
    if (full()) return;
    bookmark(level, clean);
    std::vector<Cell> cells;
    cells.push_back({std::move(flow), kSide, kTags[level - 1], {}, place});
    row(cells, {});
    if (level == 2) {
      y_ += 3;
      rule(kSide, kWidth, y_, 0.7);
    }
    y_ += kAfter[level - 1];
    below_heading_ = y_;
  }

  void paragraph(std::string_view text) override {
    if (full()) return;
    text_row(kSide, text, kBody);
    y_ += 5;
  }

  void fact(std::string_view label, std::string_view text) override {
    if (full()) return;
    const auto name = one_line(label, kLabelBytesMax);
    auto clean = printable(text);
    constexpr Style kLabel{9, false, kQuiet};
    if (clean.size() > kFactBytesBeside || text::contains(clean, "\n")) {
      y_ += 3;
      if (y_ + 40 > kFloor) break_page();
      text_row(kSide, name, Style{9, true, kBlack});
      y_ += 1;
      text_row(kSide, clean, kBody);
      y_ += 5;
      return;
    }
    std::vector<Cell> cells;
    cells.push_back({{fonts_, name, kLabel, kLabelWidth}, kSide});
    constexpr double kValue = kLabelWidth + kGutter;
    cells.push_back({{fonts_, std::move(clean), kBody, kWidth - kValue}, kSide + kValue});
    row(cells, {});
    y_ += 2.5;
  }

  void item(std::size_t level, std::string_view text, const std::string& url, std::string_view shown) override {
    if (full()) return;
    static constexpr std::array<const char*, 3> kBullets{"\u2022", "\u2013", "\u00B7"};
    level = std::min(level, kBullets.size() - 1);
    const double x = kSide + static_cast<double>(level) * kIndent + 2;
    const double text_x = x + kIndent - 4;
    const auto clean = printable(text);
    // What others may be listed below does not stand alone at the end of a page.
    constexpr double kKeptBelow = 28;
    if (level + 1 < kBullets.size() && y_ + kKeptBelow > kFloor) break_page();
    std::vector<Cell> cells;
    cells.push_back({{fonts_, kBullets[level], Style{9, false, kQuiet}, kIndent}, x});
    if (!clean.empty()) {
      cells.push_back({{fonts_, clean, kBody, kSide + kWidth - text_x}, text_x});
      row(cells, {});
      cells.clear();
    }
    if (!shown.empty()) {
      const Style style = url.empty() ? kBody : Style{9, false, kLinkInk};
      cells.push_back(
          {{fonts_, one_line(shown, shown.size()), style, kSide + kWidth - text_x}, text_x, "P", {url, {}}});
      row(cells, {});
    }
    y_ += 2.5;
  }

  void table(const std::vector<TableRow>& rows) override {
    if (full() || rows.empty() || rows[0].empty()) return;
    const auto widths = column_widths(rows);
    if (y_ != below_heading_) space(4);
    if (y_ + 48 > kFloor) break_page();
    open_table(rows[0], widths);
    for (const auto& each : std::span{rows}.subspan(1)) {
      if (full()) break;
      table_row(each, widths, "TD", {.padding = kCellPadding - 1.5, .tag = "TR", .ruled = true});
    }
    close_table();
    y_ += 6;
  }

  void chart(const std::vector<std::int64_t>& values, std::string_view begin, std::string_view end) override {
    constexpr double kHeight = 130, kLabels = 16, kLeft = 34;
    if (full() || values.empty()) return;
    space(4);
    if (y_ + kHeight + kLabels > kFloor) break_page();
    if (full()) return;
    if (cairo_ != nullptr) draw_chart(values, begin, end, kHeight, kLeft);
    y_ += kHeight + kLabels + 8;
  }

  /// Ends the last page.
  void finish() { end_page(); }
  int pages() const noexcept { return page_; }
  bool full() const noexcept { return page_ > pages_max_; }
  bool lacks_glyphs() const noexcept { return lacks_glyphs_; }

 private:
  void begin_page() {
    ++page_;
    y_ = kTop;
    if (cairo_ == nullptr) return;
    frame_line(kHeadLine - 22, fmt::format("{} \u2013 {}", frame_.id, frame_.title), "");
    rule(kSide, kWidth, kHeadLine, 0.7);
    rule(kSide, kWidth, kFootLine, 0.7);
    frame_line(kFootLine + 6, frame_.foot, fmt::format("Page {} of {}", page_, pages_total_));
    // No text reaches the marking, however high its letters are.
    cairo_save(cairo_);
    cairo_rectangle(cairo_, 0, kHeadLine + 1, kPageWidth, kFootLine - kHeadLine - 1);
    cairo_clip(cairo_);
  }

  void end_page() {
    if (cairo_ == nullptr) return;
    cairo_restore(cairo_);
    cairo_show_page(cairo_);
  }

  void break_page() {
    const auto* names = table_names_;
    if (names != nullptr) close_table();
    end_page();
    begin_page();
    if (names != nullptr) open_table(*names, *table_widths_);
  }

  /// Head or foot: words on the left, page number, marking on the right.
  void frame_line(double y, std::string_view words, std::string_view number) {
    constexpr Style kSmall{8, false, kQuiet}, kMarking{12, true, {}};
    constexpr double kHeight = 18;
    const auto centre = [&](const Owned<PangoLayout>& layout, double x) {
      PangoRectangle logical;
      pango_layout_get_extents(layout.get(), nullptr, &logical);
      cairo_move_to(cairo_, x, y + (kHeight - static_cast<double>(logical.height) / PANGO_SCALE) / 2);
      pango_cairo_show_layout(cairo_, layout.get());
      return static_cast<double>(logical.width) / PANGO_SCALE;
    };
    double right = kSide + kWidth;
    if (frame_.marking) {
      const double width = fonts_.width(frame_.marking->text, kMarking) + 12;
      right -= width;
      cairo_set_source_rgb(cairo_, 0, 0, 0);
      cairo_rectangle(cairo_, right, y, width, kHeight);
      cairo_fill(cairo_);
      set_ink(cairo_, frame_.marking->ink);
      centre(fonts_.layout(frame_.marking->text, kMarking, -1), right + 6);
      right -= kGutter;
    }
    set_ink(cairo_, kSmall.ink);
    if (!number.empty()) {
      right -= fonts_.width(number, kSmall);
      centre(fonts_.layout(number, kSmall, -1), right);
      right -= kGutter;
    }
    const auto line = one_line(words, kBookmarkBytesMax * 4);
    const auto layout = fonts_.layout(line, kSmall, right - kSide);
    pango_layout_set_ellipsize(layout.get(), PANGO_ELLIPSIZE_END);
    pango_layout_set_height(layout.get(), -1);
    centre(layout, kSide);
  }

  void draw_chart(const std::vector<std::int64_t>& values, std::string_view begin, std::string_view end, double height,
                  double left) {
    const Tag figure{cairo_, "Figure"};
    constexpr Style kSmall{8, false, kQuiet};
    const double x0 = kSide + left, width = kWidth - left, top = y_ + 4, base = y_ + height;
    const auto most = std::max<std::int64_t>(1, *std::ranges::max_element(values));
    const auto step = nice_step(most);
    const auto whole = (most + step - 1) / step * step;
    const auto scale = static_cast<double>(whole);
    const auto y_of = [&](double value) { return base - (base - top) * value / scale; };
    const auto label = [&](std::string_view text, double x, double y, double from_right) {
      set_ink(cairo_, kSmall.ink);
      cairo_move_to(cairo_, x - from_right * fonts_.width(text, kSmall), y);
      const auto layout = fonts_.layout(text, kSmall, -1);
      pango_cairo_show_layout(cairo_, layout.get());
    };
    for (std::int64_t tick = 0; tick <= static_cast<std::int64_t>(scale); tick += step) {
      const double y = y_of(static_cast<double>(tick));
      rule(x0, width, y, tick == 0 ? 0.9 : 0.4);
      label(text::thousands(tick), x0 - 6, y - 6, 1);
    }
    // A step a day: what is open at its end was not half that at noon.
    const double day = width / static_cast<double>(values.size());
    cairo_move_to(cairo_, x0, base);
    for (std::size_t i = 0; i < values.size(); ++i) {
      const double y = y_of(static_cast<double>(values[i]));
      cairo_line_to(cairo_, x0 + day * static_cast<double>(i), y);
      cairo_line_to(cairo_, x0 + day * static_cast<double>(i + 1), y);
    }
    cairo_line_to(cairo_, x0 + width, base);
    cairo_close_path(cairo_);
    set_ink(cairo_, kChartInk);
    cairo_fill(cairo_);
    label(begin, x0, base + 3, 0);
    label(end, x0 + width, base + 3, 1);
  }

  /// Between the lines of a scale, so that there are at most five: 1, 2 or 5 times a power of ten.
  static std::int64_t nice_step(std::int64_t most) {
    for (std::int64_t power = 1;; power *= 10) {
      for (const std::int64_t times : {1, 2, 5}) {
        if (most <= times * power * 5) return times * power;
      }
    }
  }

  void rule(double x, double width, double y, double thickness) {
    if (cairo_ == nullptr) return;
    set_ink(cairo_, kRule);
    cairo_rectangle(cairo_, x, y, width, thickness);
    cairo_fill(cairo_);
  }

  /// Room between two blocks; not at the top of a page.
  void space(double height) {
    if (y_ > kTop) y_ += height;
  }

  void text_row(double x, std::string_view text, const Style& style) {
    std::vector<Cell> cells;
    cells.push_back({{fonts_, printable(text), style, kSide + kWidth - x}, x});
    row(cells, {});
  }

  void bookmark(std::size_t level, const std::string& text) {
    if (cairo_ == nullptr || level < 2 || level > 3) return;
    const auto place = fmt::format("page={} pos=[{:.1f} {:.1f}]", page_, kSide, y_ - 4);
    const auto name = text::shorten(text, kBookmarkBytesMax);
    const int made = cairo_pdf_surface_add_outline(
        surface_, level == 2 ? CAIRO_PDF_OUTLINE_ROOT : chapter_, name.c_str(), place.c_str(),
        static_cast<cairo_pdf_outline_flags_t>(level == 2 ? CAIRO_PDF_OUTLINE_FLAG_BOLD : 0));
    if (level == 2) chapter_ = made;
  }

  /// Cells line by line, over as many pages as they need. A row that fits on a page and is not long stays whole.
  void row(std::span<Cell> cells, const Row& look) {
    double height = 0;
    for (const auto& each : cells) height = std::max(height, each.flow.height_left());
    height += 2 * look.padding;
    constexpr double kKeptWhole = (kFloor - kTop) / 3;
    if (y_ + height > kFloor && height < kKeptWhole && y_ > kTop) break_page();
    for (bool fresh = false;; fresh = true) {
      if (full()) return;
      if (look.filled && cairo_ != nullptr) {
        set_ink(cairo_, kFill);
        cairo_rectangle(cairo_, kSide, y_, kWidth, height);
        cairo_fill(cairo_);
      }
      const double begin = y_ + look.padding;
      double lowest = begin;
      bool more = false;
      {
        // Ends before the page does.
        const Tag whole{look.tag == nullptr ? nullptr : cairo_, look.tag};
        for (auto& each : cells) {
          double y = begin;
          const Tag tag{cairo_, each.tag};
          // On a fresh page one line is taken whatever its height, so that this ends.
          while (!each.flow.done() && (y + each.flow.height() <= kFloor - look.padding || (fresh && y == begin))) {
            y += take_line(each, y);
          }
          lacks_glyphs_ = lacks_glyphs_ || each.flow.lacks_glyphs();
          more = more || !each.flow.done();
          lowest = std::max(lowest, y);
        }
      }
      y_ = lowest + look.padding;
      if (look.ruled) rule(kSide, kWidth, y_, 0.5);
      if (!more) return;
      break_page();
    }
  }

  double take_line(Cell& cell, double y) {
    const double height = cell.flow.height();
    // A tag a line: one around all of them would make what stands between them a link, and may not go over a page.
    if (!cell.place.empty()) {
      const Tag place{cairo_, CAIRO_TAG_DEST, fmt::format("name={} internal", in_quotes(cell.place))};
      cell.flow.take_line(cairo_, cell.x, y);
      cell.place.clear();
    } else if (cell.link.empty()) {
      cell.flow.take_line(cairo_, cell.x, y);
    } else {
      const auto target =
          cell.link.url.empty() ? "dest=" + in_quotes(cell.link.place) : "uri=" + in_quotes(ascii_url(cell.link.url));
      const Tag link{cairo_, CAIRO_TAG_LINK, target};
      cell.flow.take_line(cairo_, cell.x, y);
    }
    return height;
  }

  /// As narrow as what most rows need, the last takes what is left.
  std::vector<double> column_widths(const std::vector<TableRow>& rows) const {
    constexpr std::size_t kRowsMeasured = 200, kBytesMeasured = 60;
    const auto columns = rows[0].size();
    const double most = kWidth * 0.75 / static_cast<double>(columns);
    std::vector<double> widths(columns, 0);
    for (std::size_t at = 0; at < rows.size() && at < kRowsMeasured; ++at) {
      for (std::size_t column = 0; column + 1 < columns && column < rows[at].size(); ++column) {
        const auto text = one_line(rows[at][column].text, kBytesMeasured);
        const Style style{9, at == 0 || rows[at][column].bold, kBlack};
        widths[column] = std::min(most, std::max(widths[column], fonts_.width(text, style) + 2 * kCellPadding + 2));
      }
    }
    double used = 0;
    for (const auto each : widths) used += each;
    widths.back() = kWidth - used;
    return widths;
  }

  void table_row(const TableRow& texts, const std::vector<double>& widths, const char* tag, const Row& look) {
    std::vector<Cell> cells;
    double x = kSide;
    for (std::size_t i = 0; i < widths.size() && i < texts.size(); ++i) {
      const auto& each = texts[i];
      const Style style{9, each.bold, each.ink};
      cells.push_back(
          {{fonts_, printable(each.text), style, widths[i] - 2 * kCellPadding}, x + kCellPadding, tag, each.link});
      x += widths[i];
    }
    row(cells, look);
  }

  void open_table(const TableRow& names, const std::vector<double>& widths) {
    // Set only below, for the names themselves do not bring the names with them to another page.
    table_names_ = nullptr;
    if (cairo_ != nullptr) cairo_tag_begin(cairo_, "Table", "");
    TableRow head = names;
    for (auto& each : head) each.bold = true;
    table_row(head, widths, "TH", {.padding = kCellPadding - 1.5, .tag = "TR", .filled = true, .ruled = true});
    table_names_ = &names;
    table_widths_ = &widths;
  }
  void close_table() {
    table_names_ = nullptr;
    if (cairo_ != nullptr) cairo_tag_end(cairo_, "Table");
  }

  const Frame& frame_;
  const Fonts& fonts_;
  cairo_surface_t* surface_;
  cairo_t* cairo_;
  int pages_max_;
  int pages_total_;
  int page_ = 0;
  double y_ = kTop;
  double below_heading_ = 0;  ///< Where the last heading left y_.
  bool lacks_glyphs_ = false;
  int chapter_ = CAIRO_PDF_OUTLINE_ROOT;
  const TableRow* table_names_ = nullptr;  ///< While a table is open.
  const std::vector<double>* table_widths_ = nullptr;
};

cairo_status_t append(void* out, const unsigned char* data, unsigned length) {
  static_cast<std::string*>(out)->append(reinterpret_cast<const char*>(data), length);
  return CAIRO_STATUS_SUCCESS;
}

struct DestroySurface {
  void operator()(cairo_surface_t* surface) const noexcept { cairo_surface_destroy(surface); }
};
struct DestroyCairo {
  void operator()(cairo_t* cairo) const noexcept { cairo_destroy(cairo); }
};

void set_properties(cairo_surface_t* surface, const Frame& frame) {
  const auto set = [&](cairo_pdf_metadata_t which, std::string_view value) {
    cairo_pdf_surface_set_metadata(surface, which, one_line(value, kPropertyBytesMax).c_str());
  };
  set(CAIRO_PDF_METADATA_TITLE, frame.title);
  set(CAIRO_PDF_METADATA_AUTHOR, frame.author);
  set(CAIRO_PDF_METADATA_SUBJECT, frame.marking ? frame.id + ", " + frame.marking->text : frame.id);
  if (!frame.keywords.empty()) set(CAIRO_PDF_METADATA_KEYWORDS, frame.keywords);
  set(CAIRO_PDF_METADATA_CREATOR, "Tocsin");
  // Whole seconds: cairo knows no fraction.
  const auto date = format_rfc3339({frame.date.micros - frame.date.micros % 1'000'000});
  set(CAIRO_PDF_METADATA_CREATE_DATE, date);
  set(CAIRO_PDF_METADATA_MOD_DATE, date);
}

}  // namespace

Result<Pdf> make_pdf(const Frame& frame, int pages_max, const std::function<void(Paper&)>& write) {
  TRY(const auto fonts, Fonts::open(frame.language));
  Pages counted{frame, fonts, nullptr, nullptr, pages_max, 0};
  write(counted);
  if (counted.full()) {
    return Error{Error::Code::too_large,
                 fmt::format("The document would fill more than {} pages; as HTML or text it has no limit",
                             text::thousands(pages_max)),
                 {},
                 {}};
  }
  Pdf pdf;
  pdf.pages = counted.pages();
  pdf.lacks_glyphs = counted.lacks_glyphs();
  const std::unique_ptr<cairo_surface_t, DestroySurface> surface{
      cairo_pdf_surface_create_for_stream(append, &pdf.bytes, kPageWidth, kPageHeight)};
  set_properties(surface.get(), frame);
  const std::unique_ptr<cairo_t, DestroyCairo> cairo{cairo_create(surface.get())};
  Pages drawn{frame, fonts, surface.get(), cairo.get(), pages_max, pdf.pages};
  write(drawn);
  drawn.finish();
  cairo_surface_finish(surface.get());
  for (const auto status : {cairo_status(cairo.get()), cairo_surface_status(surface.get())}) {
    if (status != CAIRO_STATUS_SUCCESS) {
      return Error::internal("the PDF could not be written", cairo_status_to_string(status));
    }
  }
  return pdf;
}

}  // namespace tocsin::portal::paper
