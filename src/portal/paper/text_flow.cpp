#include "portal/paper/text_flow.hpp"

#include <algorithm>

#include "base/text.hpp"

namespace tocsin::portal::paper {
namespace {

constexpr const char* kFamily = "DejaVu Sans";
/// Laid out at once: some ten lines, so that time and memory are linear in the text.
constexpr std::size_t kWindowBytes = 1024;
/// Marks and invisible characters in a row that are kept. No script needs as many; a thousand on one letter would paint
/// over all that stands above it.
constexpr int kMarksInARow = 8;
constexpr double kMoreThanAPage = 1e6;
constexpr double kLeading = 1.13;
constexpr double kEmptyLine = 0.7;  ///< Of the size of the text.

double points(int pango_units) noexcept { return static_cast<double>(pango_units) / PANGO_SCALE; }

/// C1 control characters, and what overrides the direction of text: "gpj.exe" would read as "exe.jpg".
bool is_dropped(std::string_view character) noexcept {
  return character == "\u202D" || character == "\u202E" || (character >= "\u0080" && character < "\u00A0");
}

/// At most `bytes` of a text, ending between two characters.
std::size_t whole_characters(std::string_view text, std::size_t bytes) noexcept {
  if (bytes >= text.size()) return text.size();
  while (bytes > 0 && (static_cast<unsigned char>(text[bytes]) & 0xC0U) == 0x80U) --bytes;
  return bytes;
}

/// Pango keeps every name of a language for ever, so only names of a small set may reach it.
PangoLanguage* language_of(std::string_view tag) {
  const auto lower = text::lower_ascii(tag.substr(0, 16));
  const auto is_letter = [](char c) { return c >= 'a' && c <= 'z'; };
  if (lower.size() < 2 || !is_letter(lower[0]) || !is_letter(lower[1]) || (lower.size() > 2 && lower[2] != '-')) {
    return pango_language_from_string("en");
  }
  if (lower.starts_with("zh")) {
    const bool traditional =
        text::contains(lower, "hant") || text::contains(lower, "-tw") || text::contains(lower, "-hk");
    return pango_language_from_string(traditional ? "zh-tw" : "zh-cn");
  }
  return pango_language_from_string(lower.substr(0, 2).c_str());
}

/// Asked once: fonts do not go away while a process lives.
bool fonts_are_there() {
  static const bool there = [] {
    const Owned<PangoFontMap> map{pango_cairo_font_map_new()};
    PangoFontFamily** families = nullptr;
    int count = 0;
    pango_font_map_list_families(map.get(), &families, &count);
    g_free(static_cast<void*>(families));
    const Owned<PangoContext> context{pango_font_map_create_context(map.get())};
    // Pango names families of its own ("Sans") where there is no font behind them; what counts is that one loads.
    PangoFontDescription* description = pango_font_description_from_string(kFamily);
    PangoFont* font = count > 0 ? pango_context_load_font(context.get(), description) : nullptr;
    pango_font_description_free(description);
    if (font == nullptr) return false;
    g_object_unref(font);
    return true;
  }();
  return there;
}

}  // namespace

std::string printable(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  int marks = 0;
  const auto end_line = [&out] {
    while (out.ends_with(' ')) out.pop_back();
    if (!out.empty() && !out.ends_with("\n\n")) out += '\n';
  };
  for (std::size_t i = 0; i < text.size();) {
    const auto byte = static_cast<unsigned char>(text[i]);
    if (byte < 0x80) {
      ++i;
      // What is dropped does not part marks.
      const bool is_dropped_control = (byte < 0x20 && byte != '\n' && byte != '\r' && byte != '\t') || byte == 0x7F;
      if (is_dropped_control) continue;
      marks = 0;
      if (byte == '\r') {
        if (i == text.size() || text[i] != '\n') end_line();
      } else if (byte == '\n') {
        end_line();
      } else {
        out += byte == '\t' ? ' ' : static_cast<char>(byte);
      }
      continue;
    }
    const auto length = text::utf8_length_at(text, i);
    const auto character = text.substr(i, std::max<std::size_t>(length, 1));
    i += character.size();
    if (length == 0) {
      out += "\xEF\xBF\xBD";
    } else if (character == "\u2028" || character == "\u2029") {
      end_line();
    } else if (!is_dropped(character)) {
      marks = g_unichar_iszerowidth(g_utf8_get_char(character.data())) != FALSE ? marks + 1 : 0;
      if (marks <= kMarksInARow) out += character;
    }
  }
  while (out.ends_with(' ') || out.ends_with('\n')) out.pop_back();
  return out;
}

Result<Fonts> Fonts::open(std::string_view language) {
  if (!fonts_are_there()) {
    return Error::unavailable("no font is installed that a PDF could use; apt install fonts-dejavu-core");
  }
  Fonts fonts;
  fonts.map_.reset(pango_cairo_font_map_new());
  // One unit of a layout is one point, and nothing is fitted to the pixels of a screen.
  pango_cairo_font_map_set_resolution(PANGO_CAIRO_FONT_MAP(fonts.map_.get()), 72);
  cairo_font_options_t* options = cairo_font_options_create();
  cairo_font_options_set_hint_style(options, CAIRO_HINT_STYLE_NONE);
  cairo_font_options_set_hint_metrics(options, CAIRO_HINT_METRICS_OFF);
  for (auto [context, direction] :
       {std::pair{&fonts.left_, PANGO_DIRECTION_LTR}, {&fonts.right_, PANGO_DIRECTION_RTL}}) {
    context->reset(pango_font_map_create_context(fonts.map_.get()));
    pango_cairo_context_set_font_options(context->get(), options);
    pango_context_set_round_glyph_positions(context->get(), FALSE);
    pango_context_set_language(context->get(), language_of(language));
    pango_context_set_base_dir(context->get(), direction);
  }
  cairo_font_options_destroy(options);
  return fonts;
}

Owned<PangoLayout> Fonts::layout(std::string_view text, const Style& style, double width, Direction direction) const {
  Owned<PangoLayout> layout{pango_layout_new((direction == Direction::right_to_left ? right_ : left_).get())};
  PangoFontDescription* description = pango_font_description_new();
  pango_font_description_set_family_static(description, kFamily);
  pango_font_description_set_size(description, static_cast<int>(style.size * PANGO_SCALE));
  pango_font_description_set_weight(description, style.bold ? PANGO_WEIGHT_BOLD : PANGO_WEIGHT_NORMAL);
  pango_layout_set_font_description(layout.get(), description);
  pango_font_description_free(description);
  pango_layout_set_auto_dir(layout.get(), direction == Direction::of_text ? TRUE : FALSE);
  pango_layout_set_wrap(layout.get(), PANGO_WRAP_WORD_CHAR);
  pango_layout_set_width(layout.get(), width < 0 ? -1 : static_cast<int>(width * PANGO_SCALE));
  pango_layout_set_text(layout.get(), text.data(), static_cast<int>(text.size()));
  return layout;
}

double Fonts::width(std::string_view text, const Style& style) const {
  PangoRectangle logical;
  pango_layout_get_extents(layout(text, style, -1).get(), nullptr, &logical);
  return points(logical.width);
}

TextFlow::TextFlow(const Fonts& fonts, std::string text, const Style& style, double width)
    : fonts_(&fonts), text_(std::move(text)), style_(style), width_(width) {
  if (!text_.empty()) lay_out();
}

void TextFlow::lay_out() {
  lines_.clear();
  next_ = 0;
  const std::string_view rest = std::string_view{text_}.substr(at_);
  // Not looked for farther than needed, for that would be quadratic in a text without line ends.
  const auto paragraph_bytes = std::min(rest.substr(0, kWindowBytes + 1).find('\n'), rest.size());
  if (paragraph_bytes == 0) {
    lines_.push_back({nullptr, 0, style_.size * kEmptyLine, 0});
    ++at_;
    return;
  }
  const auto bytes = whole_characters(rest.substr(0, paragraph_bytes), kWindowBytes);
  layout_ = fonts_->layout(rest.substr(0, bytes), style_, width_, direction_);
  lacks_glyphs_ = lacks_glyphs_ || pango_layout_get_unknown_glyphs_count(layout_.get()) > 0;
  auto* iterator = pango_layout_get_iter(layout_.get());
  do {
    PangoRectangle logical;
    pango_layout_iter_get_line_extents(iterator, nullptr, &logical);
    const double height = points(logical.height) * kLeading;
    lines_.push_back(
        {pango_layout_iter_get_line_readonly(iterator), points(logical.x), height,
         points(pango_layout_iter_get_baseline(iterator) - logical.y) + (height - points(logical.height)) / 2});
  } while (pango_layout_iter_next_line(iterator) != FALSE);
  pango_layout_iter_free(iterator);
  // The beginning of a paragraph decides for all of it.
  direction_ =
      lines_.front().line->resolved_dir == PANGO_DIRECTION_RTL ? Direction::right_to_left : Direction::left_to_right;
  if (bytes == paragraph_bytes) {
    at_ = std::min(at_ + bytes + 1, text_.size());
    direction_ = Direction::of_text;
  } else if (lines_.size() > 1) {
    // The last line may go on in the next piece, so it begins that one.
    at_ += static_cast<std::size_t>(lines_.back().line->start_index);
    lines_.pop_back();
  } else {
    at_ += bytes;
  }
}

double TextFlow::height_left() const noexcept {
  double height = at_ < text_.size() ? kMoreThanAPage : 0;
  for (auto i = next_; i < lines_.size(); ++i) height += lines_[i].height;
  return height;
}

void TextFlow::take_line(cairo_t* cairo, double x, double y) {
  const auto& line = lines_[next_++];
  if (cairo != nullptr && line.line != nullptr) {
    cairo_set_source_rgb(cairo, style_.ink.red, style_.ink.green, style_.ink.blue);
    cairo_move_to(cairo, x + line.x, y + line.baseline);
    pango_cairo_show_layout_line(cairo, line.line);
  }
  if (next_ == lines_.size() && at_ < text_.size()) lay_out();
}

}  // namespace tocsin::portal::paper
