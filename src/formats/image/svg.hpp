#pragma once
#include <string>
#include <string_view>

#include "base/result.hpp"

namespace tocsin::formats::image {

/// SVG of shapes, gradients and short texts, written anew from a list of elements and attributes that do nothing but
/// draw: no script, no event, no style sheet, no animation, no link, no picture within, no reference but to a gradient
/// or clip path of its own. What is not in the list is an error, not dropped: a logo that lost something is no logo.
/// Metadata of drawing programs (elements and attributes of other namespaces, `metadata`) is left out.
/// Errors: too_large; invalid_input naming the element or attribute.
Result<std::string> sanitised_svg(std::string_view bytes);

}  // namespace tocsin::formats::image
