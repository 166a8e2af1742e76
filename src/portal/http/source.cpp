#include "portal/http/source.hpp"

#include <utility>

namespace tocsin::portal::http {
namespace {

/// Of the bodies that a source follows: by it they are known, and it goes with the last who holds them.
struct Makes {
  std::shared_ptr<const Source> source;
  void operator()(const std::string* body) const noexcept { delete body; }
};

}  // namespace

std::shared_ptr<const std::string> body_of(Source source) {
  return {new std::string, Makes{std::make_shared<const Source>(std::move(source))}};
}

std::shared_ptr<const Source> source_of(const std::shared_ptr<const std::string>& body) noexcept {
  const auto* makes = std::get_deleter<Makes>(body);
  return makes == nullptr ? nullptr : makes->source;
}

}  // namespace tocsin::portal::http
