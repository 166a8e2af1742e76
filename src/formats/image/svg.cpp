#include "formats/image/svg.hpp"

#include <algorithm>
#include <set>

#include <fmt/format.h>

#include "base/messages.hpp"
#include "base/text.hpp"
#include "formats/cvrf/xml.hpp"
#include "formats/image/image.hpp"

namespace tocsin::formats::image {
namespace {

using cvrf::Attribute;
using cvrf::Element;

constexpr std::string_view kSvg = "http://www.w3.org/2000/svg";
constexpr std::string_view kXlink = "http://www.w3.org/1999/xlink";
constexpr std::size_t kValueBytesMax = 100'000;  ///< A path can be long.

constexpr std::string_view kElements[] = {
    "svg",  "g",    "defs",  "title",   "desc",           "path",           "rect", "circle",   "ellipse",
    "line", "text", "tspan", "polygon", "linearGradient", "radialGradient", "stop", "clipPath", "polyline"};
constexpr std::string_view kAttributes[] = {"id",
                                            "viewBox",
                                            "width",
                                            "height",
                                            "version",
                                            "preserveAspectRatio",
                                            "x",
                                            "y",
                                            "x1",
                                            "y1",
                                            "x2",
                                            "y2",
                                            "cx",
                                            "cy",
                                            "r",
                                            "rx",
                                            "ry",
                                            "fx",
                                            "fy",
                                            "d",
                                            "points",
                                            "transform",
                                            "fill",
                                            "fill-opacity",
                                            "fill-rule",
                                            "stroke",
                                            "stroke-width",
                                            "stroke-opacity",
                                            "stroke-linecap",
                                            "stroke-linejoin",
                                            "stroke-miterlimit",
                                            "stroke-dasharray",
                                            "stroke-dashoffset",
                                            "opacity",
                                            "color",
                                            "clip-path",
                                            "clip-rule",
                                            "offset",
                                            "stop-color",
                                            "stop-opacity",
                                            "gradientUnits",
                                            "gradientTransform",
                                            "spreadMethod",
                                            "clipPathUnits",
                                            "font-family",
                                            "font-size",
                                            "font-weight",
                                            "font-style",
                                            "text-anchor",
                                            "dx",
                                            "dy",
                                            "letter-spacing",
                                            "vector-effect",
                                            "role",
                                            "display",
                                            "visibility",
                                            "paint-order",
                                            "shape-rendering",
                                            "dominant-baseline",
                                            "pathLength"};
/// CSS properties of a style attribute that are the presentation attributes of the same name.
bool is_style_property(std::string_view name) {
  return std::ranges::find(kAttributes, name) != std::end(kAttributes) && name.size() > 2 && name != "points" &&
         name != "viewBox" && name != "transform" && name != "offset";
}
/// What drawing programs write for themselves and no browser draws.
constexpr std::string_view kStyleOfPrograms[] = {
    "-inkscape-",    "line-height",       "font-variant", "font-stretch", "solid-",      "isolation",  "mix-blend-mode",
    "color-",        "enable-background", "text-",        "writing-mode", "overflow",    "marker",     "word-spacing",
    "stop-",         "image-rendering",   "font-feature", "shape-",       "white-space", "text-align", "direction",
    "baseline-shift"};

Error refused(std::string_view what) {
  return Error::invalid(tr<"The logo holds {}, which is not allowed here: save it as plain SVG, with texts as "
                           "paths and without pictures, styles and scripts">(what));
}

bool whole(std::string_view value, std::string_view also) {
  return std::ranges::all_of(value, [&](unsigned char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           also.find(static_cast<char>(c)) != std::string_view::npos;
  });
}

/// "url(#a)" -> "a"
std::string_view own_reference(std::string_view value) {
  for (const std::string_view begin : {"url(#", "url('#", "url(\"#"}) {
    if (!value.starts_with(begin)) continue;
    value.remove_prefix(begin.size());
    if (value.ends_with(')')) value.remove_suffix(1);
    if (!value.empty() && (value.back() == '\'' || value.back() == '"')) value.remove_suffix(1);
    return whole(value, "-_.") ? value : std::string_view{};
  }
  return {};
}

class Writer {
 public:
  Status element(const Element& from) {
    out_ += '<';
    out_ += from.local();
    if (from.parent == nullptr) out_ += fmt::format(" xmlns=\"{}\"", kSvg);
    for (const auto& each : from.attributes) TRY_VOID(attribute(from, each));
    out_ += '>';
    if (!from.text.empty()) {
      const auto name = from.local();
      if (name == "text" || name == "tspan" || name == "title" || name == "desc") {
        escape(from.text);
      } else if (!text::trim(from.text).empty()) {
        return refused(tr<"text in <{}>">(name));
      }
    }
    for (const auto* child : from.children) {
      if (child->uri != kSvg || child->local() == "metadata") {
        // Only what says openly that it is another's: everything else in no namespace would be drawn as HTML somewhere.
        if (child->uri.empty()) return refused(fmt::format("<{}>", text::shorten(child->name, 40)));
        if (child->uri == "http://www.w3.org/1999/xhtml") return refused("HTML");
        continue;
      }
      if (std::ranges::find(kElements, child->local()) == std::end(kElements)) {
        return refused(fmt::format("<{}>", text::shorten(child->local(), 40)));
      }
      TRY_VOID(element(*child));
    }
    out_ += fmt::format("</{}>", from.local());
    return ok();
  }
  std::string take() { return std::move(out_); }

 private:
  Status attribute(const Element& of, const Attribute& from) {
    const auto name = from.local();
    if (!from.uri.empty()) {
      if (from.uri == kXlink) return reference(of, from.value);
      return ok();  // xml:space and what programs keep for themselves
    }
    if (name == "href") return reference(of, from.value);
    if (name == "style") return style(from.value);
    if (name == "class" || name.starts_with("aria-") || name.starts_with("data-") || name == "xmlns") return ok();
    if (name == "baseProfile" || name == "enable-background" || name == "overflow" || name == "xml:space") return ok();
    if (std::ranges::find(kAttributes, name) == std::end(kAttributes)) {
      return refused(tr<"the attribute {}">(text::shorten(name, 40)));
    }
    return write(name, from.value);
  }
  /// A gradient may be made after another.
  Status reference(const Element& of, std::string_view value) {
    const auto name = of.local();
    if ((name != "linearGradient" && name != "radialGradient") || !value.starts_with('#') ||
        !whole(value.substr(1), "-_.")) {
      return refused(tr<"a reference">());
    }
    out_ += fmt::format(" href=\"{}\"", value);
    return ok();
  }
  /// "fill:#fff;stroke:none" becomes attributes: no style sheet is ever served.
  Status style(std::string_view value) {
    std::set<std::string, std::less<>> seen;
    for (const auto part : text::split(value, ';')) {
      const auto colon = part.find(':');
      const auto name = text::trim(part.substr(0, colon));
      if (name.empty()) continue;
      if (colon == std::string_view::npos) return refused(tr<"a style that cannot be read">());
      if (!is_style_property(name)) {
        const bool of_programs =
            std::ranges::any_of(kStyleOfPrograms, [&](std::string_view begin) { return name.starts_with(begin); });
        if (of_programs) continue;
        return refused(tr<"the style {}">(text::shorten(name, 40)));
      }
      if (!seen.emplace(name).second) return refused(tr<"a style twice">());
      TRY_VOID(write(name, text::trim(part.substr(colon + 1))));
    }
    return ok();
  }
  Status write(std::string_view name, std::string_view value) {
    if (value.size() > kValueBytesMax) return refused(tr<"an overlong {}">(name));
    if (value.find("url(") != std::string_view::npos) {
      const auto to = own_reference(value);
      if (to.empty()) return refused(std::string{tr<"a reference to something outside">()});
      out_ += fmt::format(" {}=\"url(#{})\"", name, to);
      return ok();
    }
    // Nothing that could begin something else: no quote, no bracket of markup, no backslash, no colon.
    if (!whole(value, " \t\n\r.,;+-#%()_/'") || value.find("javascript") != std::string_view::npos) {
      return refused(tr<"a value of {} that cannot be read">(name));
    }
    out_ += fmt::format(" {}=\"{}\"", name, value);
    return ok();
  }
  void escape(std::string_view given) {
    for (const char c : given) {
      switch (c) {
        case '<':
          out_ += "&lt;";
          break;
        case '>':
          out_ += "&gt;";
          break;
        case '&':
          out_ += "&amp;";
          break;
        case '"':
          out_ += "&quot;";
          break;
        default:
          out_ += c;
      }
    }
  }
  std::string out_;
};

}  // namespace

Result<std::string> sanitised_svg(std::string_view bytes) {
  if (bytes.size() > kBytesMax) return Error::too_large("logo", kBytesMax);
  const auto parsed = cvrf::parse_xml(bytes, {.bytes_max = kBytesMax, .nodes_max = 20'000, .depth_max = 24});
  if (!parsed) {
    return Error::invalid(
        tr<"The logo is no SVG that can be read ({}: {})">(parsed.error().where, parsed.error().message));
  }
  const auto& root = parsed->root();
  if (root.uri != kSvg || root.local() != "svg")
    return Error::invalid(std::string{tr<"The logo is XML, and no SVG">()});
  // Without it browsers do not scale the drawing.
  if (root.attribute("viewBox") == nullptr &&
      (root.attribute("width") == nullptr || root.attribute("height") == nullptr)) {
    return Error::invalid(std::string{tr<"The logo has no viewBox: without it, it cannot be fitted into the page">()});
  }
  Writer writer;
  TRY_VOID(writer.element(root));
  auto out = writer.take();
  if (out.size() > 2 * kBytesMax) return Error::too_large("logo", kBytesMax);
  return out;
}

}  // namespace tocsin::formats::image
