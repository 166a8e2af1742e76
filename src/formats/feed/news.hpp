#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "base/time.hpp"

/// Feeds of news as the world writes them: Atom 1.0 (RFC 4287), RSS 2.0 and RSS 1.0, with the date, the creator and the
/// whole content that modules add (Dublin Core, content). Pure.
namespace tocsin::formats::feed {

struct NewsLimits {
  std::size_t bytes_max = std::size_t{64} << 20;
  std::size_t entries_max = 10'000;
};
/// Bytes of an entry's text and of its other parts; what is longer is shortened.
inline constexpr std::size_t kNewsTextMax = std::size_t{64} << 10;
inline constexpr std::size_t kNewsLineMax = 1'000;
inline constexpr std::size_t kNewsCategoriesMax = 50;

struct NewsEntry {
  std::string id;     ///< Of its feed's choice (atom:id, guid), else the link.
  std::string title;  ///< Never empty.
  std::string link;   ///< Absolute, of the web; else empty.
  std::string text;   ///< Plain; the whole content where the feed has it, else the summary.
  std::string author;
  std::vector<std::string> categories;  ///< Each once.
  Timestamp published, updated;         ///< The former never after the latter.
};

struct NewsRemark {
  std::string where;  ///< "LINE:1"
  std::string text;
};

struct News {
  std::string id;     ///< Stays while the feed does: atom:id, else the address of the site or of the feed.
  std::string title;  ///< Never empty.
  std::string link;   ///< The site's; may be empty.
  std::vector<NewsEntry> entries;
  std::vector<NewsRemark> refused;  ///< Entries without a date, or without anything that names them.
};

/// Errors: those of parse_xml; invalid_input where the root element is of no such feed, or the feed has no title and no
/// id; too_large for more entries than the limit.
Result<News> read_news(std::string_view bytes, const NewsLimits& limits = {});

/// By the name of the root element, of bytes that begin as XML does.
bool looks_like_news(std::string_view bytes);

/// "Tue, 10 May 2022 13:05 +0200" (RFC 822 as RFC 2822 mends it, zones by name too), or RFC 3339, or a date alone.
std::optional<Timestamp> parse_news_date(std::string_view text);

}  // namespace tocsin::formats::feed
