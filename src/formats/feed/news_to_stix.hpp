#pragma once
#include <string>
#include <vector>

#include "formats/feed/news.hpp"

/// News as STIX 2.1: the feed an identity, each entry a report by it that names the vulnerabilities it speaks of. What
/// is made of a feed is the same each time: an entry that changed is a new version of its report. Pure.
namespace tocsin::formats::feed {

struct NewsObjects {
  std::vector<std::string> objects;  ///< As JSON: the identity, the vulnerabilities, the reports.
  std::size_t reports = 0;
};

/// No markings: whoever takes a feed in says what TLP it has.
NewsObjects news_to_stix(const News& news);

/// A bundle of them; its id follows from the feed.
std::string write_news_bundle(const News& news, const NewsObjects& made);

}  // namespace tocsin::formats::feed
