#include "exchange/prepare_news.hpp"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "exchange/prepare_stix.hpp"
#include "formats/feed/news_to_stix.hpp"

namespace tocsin::exchange {

namespace feed = formats::feed;

Prepared prepare_news(const std::string& name, std::string_view bytes, const ImportOptions& options) {
  Prepared prepared;
  auto news = feed::read_news(bytes, {.bytes_max = static_cast<std::size_t>(options.limits.document_bytes_max)});
  if (!news) {
    auto error = std::move(news).error();
    error.where = error.where.empty() ? name : name + ":" + error.where;
    prepared.problems.push_back(std::move(error));
    return prepared;
  }
  auto stix_options = options;
  // A feed may name one vulnerability in each of its lines, and what is made of a line is longer than it.
  stix_options.limits.document_bytes_max = std::max(options.limits.document_bytes_max, std::uint64_t{1} << 30);
  prepared = prepare_stix(name, feed::write_news_bundle(*news, feed::news_to_stix(*news)), stix_options);
  if (!prepared.stix) return prepared;
  for (auto& each : news->refused) {
    ++prepared.stix->refused;
    if (prepared.problems.size() < kProblemsMax) {
      prepared.problems.push_back(Error::invalid(std::move(each.text), fmt::format("{}:{}", name, each.where)));
    }
  }
  return prepared;
}

}  // namespace tocsin::exchange
