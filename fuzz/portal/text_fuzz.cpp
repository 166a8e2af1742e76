// Law: no text of a document becomes markup: every '<' that comes out opens a tag that we write ourselves.
#include <cstdint>
#include <string_view>

#include "base/check.hpp"
#include "formats/threat_text/references.hpp"
#include "portal/html/safe.hpp"

namespace {

void check_tags(std::string_view html) {
  constexpr std::string_view kOwn[] = {"<p>",  "</p>",  "<br>",           "<ul>", "</ul>",
                                       "<li>", "</li>", "<a href=\"http", "</a>"};
  for (auto at = html.find('<'); at != std::string_view::npos; at = html.find('<', at + 1)) {
    bool known = false;
    for (const auto tag : kOwn) known = known || html.substr(at).starts_with(tag);
    TOCSIN_CHECK(known);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace tocsin::portal::html;
  const std::string_view text{reinterpret_cast<const char*>(data), size};
  TOCSIN_CHECK(escaped(text).find_first_of("<>\"'") == std::string::npos);
  check_tags(paragraphs(text).str());
  static_cast<void>(markdown(text));
  static_cast<void>(markdown(text, [](const tocsin::formats::threat_text::Reference& each) {
    TOCSIN_CHECK(!each.id.empty() && each.begin < each.end && each.id.find_first_of("<>&\"' /") == std::string::npos);
    return Url::own("/" + each.id);
  }));
  const auto url = Url::external(text);
  TOCSIN_CHECK(url.empty() || url.str().starts_with("http") || url.str().starts_with("HTTP") ||
               url.str().find(':') != std::string::npos);
  return 0;
}
