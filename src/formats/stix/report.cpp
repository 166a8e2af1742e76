#include <algorithm>

#include <fmt/format.h>

#include "base/json.hpp"
#include "base/text.hpp"
#include "formats/stix/check.hpp"

namespace tocsin::formats::stix {

void Report::add(Test test, std::string path, std::string message, std::string mend) {
  const auto& info = tests()[static_cast<std::size_t>(test)];
  out_.push_back({.test = std::string{info.id},
                  .group = info.group,
                  .path = std::move(path),
                  .message = std::move(message),
                  .mend = std::move(mend)});
}

void Report::say(Test test, Node node, std::string message, std::string mend) {
  if (wants(test)) add(test, raw_.pointer() + node.pointer_from(root_), std::move(message), std::move(mend));
}

void Report::say_in(Test test, Node object, std::string_view name, std::string message, std::string mend) {
  if (!wants(test)) return;
  auto path = raw_.pointer() + object.pointer_from(root_);
  json::append_token(path, text::shorten(name, 300));
  add(test, std::move(path), std::move(message), std::move(mend));
}

void Report::say_at(Test test, std::string path, std::string message, std::string mend) {
  if (wants(test)) add(test, std::move(path), std::move(message), std::move(mend));
}

void Report::finish() {
  for (std::size_t i = 0; i < counts_.size(); ++i) {
    if (counts_[i] > kFindingsPerTestMax) {
      add(static_cast<Test>(i), {},
          fmt::format("The same was found {} more times.",
                      text::thousands(static_cast<long long>(counts_[i] - kFindingsPerTestMax))),
          {});
    }
  }
}

}  // namespace tocsin::formats::stix
