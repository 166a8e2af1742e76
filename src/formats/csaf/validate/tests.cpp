#include "formats/csaf/validate/tests.hpp"

#include <algorithm>
#include <charconv>
#include <utility>

#include <fmt/format.h>

#include "base/text.hpp"
#include "formats/csaf/validate/test_groups.hpp"

namespace tocsin::formats::csaf {
namespace {

/// "6.1.27.9" before "6.1.27.10".
bool comes_before(std::string_view a, std::string_view b) noexcept {
  while (!a.empty() && !b.empty()) {
    int number_a = 0, number_b = 0;
    const auto end_a = std::from_chars(a.data(), a.data() + a.size(), number_a).ptr;
    const auto end_b = std::from_chars(b.data(), b.data() + b.size(), number_b).ptr;
    if (number_a != number_b) return number_a < number_b;
    a.remove_prefix(std::min(static_cast<std::size_t>(end_a - a.data()) + 1, a.size()));
    b.remove_prefix(std::min(static_cast<std::size_t>(end_b - b.data()) + 1, b.size()));
  }
  return a.size() < b.size();
}

std::vector<Test> section(std::string_view prefix) {
  std::vector<Test> found;
  for (const auto& group : {product_tests(),        score_tests(),
                            ssvc_tests(),           cwe_tests(),
                            identifier_tests(),     history_tests(),
                            document_tests(),       status_tests(),
                            profile_tests(),        correspondence_tests(),
                            date_tests(),           sharing_tests(),
                            remediation_tests(),    branch_tests(),
                            identification_tests(), licence_tests(),
                            extension_tests(),      version_tests(),
                            advice_product_tests(), advice_document_tests(),
                            advice_helper_tests(),  advice_vulnerability_tests(),
                            advice_profile_tests(), report_tests(),
                            info_product_tests(),   info_vulnerability_tests()}) {
    std::ranges::copy_if(group, std::back_inserter(found),
                         [&](const Test& test) { return test.id.starts_with(prefix); });
  }
  std::ranges::sort(found, [](const Test& a, const Test& b) { return comes_before(a.id, b.id); });
  return found;
}

/// What a thousand findings quote of a document could else take a thousand times its size.
constexpr std::size_t kMessageBytesMax = 2000;

}  // namespace

void Sink::add(Node at, std::string_view message, std::string_view mend) { add(at, {}, message, mend); }

void Sink::add(Node at, std::string_view below, std::string_view message, std::string_view mend) {
  if (full()) return;
  ++of_test_;
  const auto kept = [](std::string_view text) {
    return text.size() > kMessageBytesMax ? text::shorten(text, kMessageBytesMax) : std::string{text};
  };
  const auto& pointer = pointers_.to(at);
  std::string path;
  path.reserve(pointer.size() + below.size());
  path.append(pointer).append(below);
  findings_.push_back({std::string{test_}, group_, std::move(path), kept(message), kept(mend)});
}

void Sink::add_as(Finding::Group group, Node at, std::string_view message, std::string_view mend) {
  const auto own = std::exchange(group_, group);
  add(at, message, mend);
  group_ = own;
}

std::span<const Test> mandatory_tests() noexcept {
  static const std::vector<Test> kTests = section("6.1.");
  return kTests;
}
std::span<const Test> recommended_tests() noexcept {
  static const std::vector<Test> kTests = section("6.2.");
  return kTests;
}
std::span<const Test> informative_tests() noexcept {
  static const std::vector<Test> kTests = section("6.3.");
  return kTests;
}

}  // namespace tocsin::formats::csaf
