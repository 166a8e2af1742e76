// Laws: whatever the bytes are, they are read as each format or refused, the same each time; all text of it is UTF-8;
// each thing found stands once, is found when it is read alone, and has a line where its place has lines.
#include <cstdint>
#include <set>
#include <string>
#include <utility>

#include "base/check.hpp"
#include "base/text.hpp"
#include "formats/document/document.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace tocsin;
  using namespace tocsin::formats;
  using document::Format;
  const std::string_view bytes{reinterpret_cast<const char*>(data), size};
  const auto recognised = document::recognise(bytes, "");
  for (const auto format : {Format::text, Format::markdown, Format::html, Format::mail}) {
    const auto read = document::read(bytes, format);
    if (!read) {
      TOCSIN_CHECK(format == Format::mail);
      continue;
    }
    TOCSIN_CHECK(text::invalid_utf8_at(read->title) == std::string_view::npos && read->title.size() <= 210);
    for (const auto& piece : read->pieces) {
      TOCSIN_CHECK(text::invalid_utf8_at(piece.text) == std::string_view::npos);
      TOCSIN_CHECK(text::invalid_utf8_at(piece.name) == std::string_view::npos);
    }
    for (const auto& each : read->attachments) TOCSIN_CHECK(each.sha256.size() == 64);
    std::set<std::pair<threat_text::Kind, std::string>> seen;
    const auto hits = document::hits_of(*read);
    for (const auto& hit : hits) {
      TOCSIN_CHECK(seen.emplace(hit.found.kind, hit.found.value).second && hit.times > 0);
      TOCSIN_CHECK(threat_text::read_one(hit.found.value));
      TOCSIN_CHECK((hit.line > 0) == (hit.place == document::Place::text || hit.place == document::Place::html));
    }
    TOCSIN_CHECK(document::hits_of(*document::read(bytes, format)).size() == hits.size());
  }
  (void)recognised;
  return 0;
}
