// Laws: whatever the bytes are, what is made of news is STIX that our validator finds nothing wrong with, the same each
// time, and one report at most for each entry; HTML becomes text that is no longer than itself by more than its marks
// of lists.
#include <cstdint>
#include <string>

#include "base/check.hpp"
#include "base/text.hpp"
#include "formats/feed/html_text.hpp"
#include "formats/feed/news_to_stix.hpp"
#include "formats/stix/validate.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace tocsin;
  using namespace tocsin::formats;
  const std::string_view bytes{reinterpret_cast<const char*>(data), size};
  const auto plain = feed::text_of_html(bytes);
  TOCSIN_CHECK(plain.size() <= 3 * bytes.size() + 2);
  TOCSIN_CHECK(text::invalid_utf8_at(bytes) != std::string_view::npos ||
               text::invalid_utf8_at(plain) == std::string_view::npos);
  (void)feed::parse_news_date(bytes);
  const auto news = feed::read_news(bytes, {.bytes_max = std::size_t{1} << 20});
  if (!news) return 0;
  TOCSIN_CHECK(!news->title.empty() && !news->id.empty());
  for (const auto& each : news->entries) {
    TOCSIN_CHECK(!each.id.empty() && !each.title.empty() && each.published <= each.updated);
  }
  const auto made = feed::news_to_stix(*news);
  TOCSIN_CHECK(made.reports <= news->entries.size());
  const auto bundle = feed::write_news_bundle(*news, made);
  TOCSIN_CHECK(bundle == feed::write_news_bundle(*news, feed::news_to_stix(*news)));
  static stix::Validator validator{stix::ReadLimits{}};
  const auto verdict = validator.validate(bundle);
  TOCSIN_CHECK(verdict.is_valid() && verdict.content.objects == made.objects.size());
  return 0;
}
