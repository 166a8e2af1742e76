#pragma once
#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include <fmt/format.h>

#include "base/time.hpp"
#include "exchange/fetch.hpp"

/// A TAXII server in memory that does what real ones do, right and wrong.
namespace tocsin::exchange::testing {

struct TaxiiServer {
  struct Object {
    std::int64_t added = 0;  ///< Microseconds.
    std::string bytes;
  };
  std::vector<Object> objects;  ///< In the order of `added`.
  std::string authorization;    ///< Wanted, unless empty.
  int least_limit = 1'000'000;  ///< It never gives more at once.
  // Faults.
  bool without_next = false;                ///< Says there is more, and not where.
  bool same_next = false;                   ///< Its `next` leads to the page that it came with.
  bool never_more = false;                  ///< Says it is the end, whatever comes.
  bool always_more = false;                 ///< Says there is more, also at the end.
  bool without_dates = false;               ///< No X-TAXII-Date-Added headers.
  bool empty_between = false;               ///< An empty page before each one.
  bool next_once = false;                   ///< Its `next` leads on from the page that was last given, whoever got it.
  std::size_t given = 0;                    ///< Up to there, for that.
  int forget_next_after = -1;               ///< Refuses the n-th question that has a `next`.
  int slow_above = 1'000'000'000;           ///< Times out where more objects are asked for at once.
  std::map<int, FetchAnswer> instead = {};  ///< By the number of the question, from 0.
  std::vector<std::string> asked = {};      ///< Targets.

  static std::string indicator(int number, std::string_view more = "") {
    return fmt::format(
        R"({{"type":"indicator","spec_version":"2.1","id":"indicator--00000000-0000-4000-8000-{:012}",)"
        R"("created":"2026-01-01T00:00:00.000Z","modified":"2026-01-01T00:00:00.000Z","name":"Indicator {}",)"
        R"("pattern":"[ipv4-addr:value = '198.51.100.{}']","pattern_type":"stix","valid_from":"2026-01-01T00:00:00Z"{}}})",
        number, number, number % 250, more);
  }
  void add(int count, std::int64_t first_added, std::int64_t step) {
    for (int i = 0; i < count; ++i) {
      objects.push_back({first_added + i * step, indicator(static_cast<int>(objects.size()))});
    }
  }

  static std::string parameter(std::string_view url, std::string_view name) {
    const auto query = url.substr(std::min(url.find('?') + 1, url.size()));
    for (std::size_t at = 0; at < query.size();) {
      const auto end = std::min(query.find('&', at), query.size());
      const auto part = query.substr(at, end - at);
      if (part.starts_with(name) && part.size() > name.size() && part[name.size()] == '=') {
        std::string out;
        for (auto i = name.size() + 1; i < part.size(); ++i) {
          if (part[i] == '%') {
            out += static_cast<char>(std::strtol(std::string{part.substr(i + 1, 2)}.c_str(), nullptr, 16));
            i += 2;
          } else {
            out += part[i];
          }
        }
        return out;
      }
      at = end + 1;
    }
    return {};
  }
  static std::string date(std::int64_t micros) {
    auto text = format_rfc3339({micros});
    if (text.find('.') == std::string::npos) text.insert(text.size() - 1, ".000000");
    return text;
  }
  static FetchAnswer answer(int status, std::string body) {
    return {.status = status,
            .headers = {{"content-type", "application/taxii+json;version=2.1"}},
            .body = std::move(body),
            .url = {}};
  }

  Result<FetchAnswer> get(std::string_view url, const FetchOptions& options) {
    const auto number = static_cast<int>(asked.size());
    asked.emplace_back(url);
    if (const auto found = instead.find(number); found != instead.end()) return found->second;
    std::string authorized;
    for (const auto& [name, value] : options.headers) {
      if (name == "Authorization") authorized = value;
    }
    if (!authorization.empty() && authorized != authorization) return answer(401, R"({"title":"Who are you?"})");
    const auto limit = std::min(std::atoi(parameter(url, "limit").c_str()), least_limit);
    if (limit > slow_above) return Error::timeout("taxii.example did not answer in time");
    const auto next = parameter(url, "next");
    if (!next.empty() && forget_next_after-- == 0) return answer(404, R"({"title":"No such page"})");
    auto after = parameter(url, "added_after");
    const auto after_micros = after.empty() ? INT64_MIN : parse_rfc3339(after)->micros;
    std::vector<const Object*> told;
    for (const auto& each : objects) {
      if (each.added > after_micros) told.push_back(&each);
    }
    const bool is_empty = empty_between && !next.ends_with("!");
    const auto begin = std::min(next.empty() ? std::size_t{0}
                                : next_once  ? given
                                             : static_cast<std::size_t>(std::atoi(next.c_str())),
                                told.size());
    const auto end = is_empty ? begin : std::min(begin + static_cast<std::size_t>(limit), told.size());
    given = end;
    std::string body = "{";
    if ((end < told.size() && !never_more) || always_more) {
      body += "\"more\":true,";
      if (!without_next) body += fmt::format("\"next\":\"{}{}\",", same_next ? begin : end, is_empty ? "!" : "");
    } else {
      body += "\"more\":false,";
    }
    body += "\"objects\":[";
    for (auto i = begin; i < end; ++i) body += told[i]->bytes + (i + 1 < end ? "," : "");
    body += "]}";
    auto out = answer(200, std::move(body));
    if (end > begin && !without_dates) {
      out.headers.emplace_back("x-taxii-date-added-first", date(told[begin]->added));
      out.headers.emplace_back("x-taxii-date-added-last", date(told[end - 1]->added));
    }
    return out;
  }
};

}  // namespace tocsin::exchange::testing
