#pragma once
#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <pango/pangocairo.h>

#include "base/result.hpp"
#include "portal/paper/ink.hpp"

/// Text on paper, line by line. Lengths are points (1/72 inch).
namespace tocsin::portal::paper {

struct Unref {
  void operator()(gpointer object) const noexcept { g_object_unref(object); }
};
template <class T>
using Owned = std::unique_ptr<T, Unref>;

struct Style {
  double size = 9;
  bool bold = false;
  Ink ink = kBlack;
};

/// Text as it may be laid out: well-formed UTF-8 without control characters or overrides of its direction, line ends
/// as '\n', no run of empty lines or of many marks on one letter, no blanks at the end.
std::string printable(std::string_view text);

/// Where a paragraph begins; `of_text`: as its first letter says.
enum class Direction { of_text, left_to_right, right_to_left };

/// What draws texts of one document. Not for several threads at a time; each document has its own.
class Fonts {
 public:
  /// `language`: BCP 47, decides between the national shapes of characters; may be empty.
  /// Errors: unavailable where no font is installed, for Pango would end the process.
  static Result<Fonts> open(std::string_view language);
  /// Width negative: one line.
  Owned<PangoLayout> layout(std::string_view text, const Style& style, double width,
                            Direction direction = Direction::of_text) const;
  /// Width of a text in one line.
  double width(std::string_view text, const Style& style) const;

 private:
  Fonts() = default;
  Owned<PangoFontMap> map_;
  Owned<PangoContext> left_, right_;  ///< By direction of the paragraph.
};

/// A text of any length as lines, laid out piece by piece, so that memory does not grow with it.
class TextFlow {
 public:
  /// `text` must be printable().
  TextFlow(const Fonts& fonts, std::string text, const Style& style, double width);
  bool done() const noexcept { return next_ == lines_.size(); }
  /// Of the next line.
  double height() const noexcept { return lines_[next_].height; }
  /// Of all lines to come; more than any page where the text goes on behind what is laid out.
  double height_left() const noexcept;
  /// Draws the next line with its top left corner there and goes on; nullptr only goes on.
  void take_line(cairo_t* cairo, double x, double y);
  /// Did the text so far have characters that no font knows?
  bool lacks_glyphs() const noexcept { return lacks_glyphs_; }

 private:
  struct Line {
    PangoLayoutLine* line = nullptr;  ///< Of layout_; nullptr for an empty one.
    double x = 0, height = 0, baseline = 0;
  };
  void lay_out();

  const Fonts* fonts_;
  std::string text_;
  Style style_;
  double width_;
  std::size_t at_ = 0;                        ///< Where text begins that has not been laid out.
  Direction direction_ = Direction::of_text;  ///< Of the paragraph of `at_`, once it has begun.
  bool lacks_glyphs_ = false;
  Owned<PangoLayout> layout_;
  std::vector<Line> lines_;
  std::size_t next_ = 0;
};

}  // namespace tocsin::portal::paper
