#include "formats/stix/validate.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <map>
#include <unordered_map>

#include <fmt/format.h>

#include "formats/stix/check.hpp"

namespace tocsin::formats::stix {

struct Validator::State {
  explicit State(ReadLimits given) : limits(given) {}
  ReadLimits limits;
  TapeReader reader;
  TapeReader header_reader;
};

Validator::Validator(ReadLimits limits) : state_(std::make_unique<State>(limits)) {}
Validator::~Validator() = default;
Validator::Validator(Validator&&) noexcept = default;
Validator& Validator::operator=(Validator&&) noexcept = default;

std::string_view to_string(Version version) noexcept { return version == Version::v2_0 ? "2.0" : "2.1"; }

bool Verdict::is_valid() const noexcept {
  return std::ranges::none_of(findings, [](const Finding& each) {
    return each.group == Finding::Group::schema || each.group == Finding::Group::mandatory;
  });
}

Verdict Validator::validate(std::string_view bytes, const std::function<void(const RawObject&, Node)>& visit) {
  Verdict verdict;
  Report report{verdict.findings};
  Across across{report};
  Checker checker{report, across};
  bool bundle_2_0 = false;
  // The bundle's own version stands before its objects in every document seen; where it stands behind, the objects of
  // 2.0 are known by having no version.
  if (const auto head = bytes.substr(0, bytes.find("\"objects\"")); head.find("\"spec_version\"") != head.npos) {
    const auto at = head.find("\"spec_version\"");
    bundle_2_0 = head.substr(at, 40).find("\"2.0\"") != head.npos;
  }
  const json::Limits limits{.bytes_max = state_->limits.object_bytes_max, .depth_max = state_->limits.depth_max};
  auto read = read_objects(bytes, state_->limits, [&](const RawObject& raw) -> Status {
    const auto root = state_->reader.read(raw.bytes, limits);
    if (!root) {
      report.say_at(Test::json, raw.pointer(),
                    fmt::format("The object is no JSON that can be read: {}{}.", root.error().message,
                                root.error().where.empty() ? "" : fmt::format(" (at {})", root.error().where)),
                    "Write it anew with a tool that writes JSON.");
      return ok();
    }
    report.begin(raw, *root);
    const bool is_2_0 = checker.object(*root, bundle_2_0 && raw.form == Form::bundle);
    if (is_2_0) ++verdict.versions_2_0;
    if (raw.index == 0 && is_2_0) verdict.version = Version::v2_0;
    if (visit) visit(raw, *root);
    return ok();
  });
  if (!read) {
    report.say_at(Test::json, {},
                  fmt::format("The content cannot be read: {}{}.", read.error().message,
                              read.error().where.empty() ? "" : fmt::format(" ({})", read.error().where)),
                  {});
    return verdict;
  }
  verdict.content = std::move(*read);
  if (bundle_2_0) verdict.version = Version::v2_0;
  if (verdict.content.form == Form::bundle) {
    const auto header = state_->header_reader.read(verdict.content.header, limits);
    if (!header) {
      report.say_at(Test::json, {}, fmt::format("The bundle is no JSON: {}.", header.error().message), {});
    } else {
      report.begin(RawObject{}, *header);
      checker.bundle(*header);
    }
  }
  across.finish();
  report.finish();
  return verdict;
}

std::optional<StixTime> parse_time(std::string_view text) noexcept {
  // 2016-01-01T00:00:00Z
  constexpr std::size_t kShortest = 20;
  if (text.size() < kShortest || text.size() > 40 || text.back() != 'Z') return std::nullopt;
  const auto digits = [&](std::size_t at, std::size_t count) {
    int number = 0;
    for (std::size_t i = at; i < at + count; ++i) {
      if (text[i] < '0' || text[i] > '9') return -1;
      number = number * 10 + (text[i] - '0');
    }
    return number;
  };
  if (text[4] != '-' || text[7] != '-' || text[10] != 'T' || text[13] != ':' || text[16] != ':') return std::nullopt;
  const int year = digits(0, 4), month = digits(5, 2), day = digits(8, 2), hour = digits(11, 2), minute = digits(14, 2);
  int second = digits(17, 2);
  if (year < 1 || month < 1 || month > 12 || day < 1 || hour < 0 || hour > 23 || minute < 0 || minute > 59 ||
      second < 0 || second > 60) {
    return std::nullopt;
  }
  static constexpr std::array<int, 12> kDays{31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  const bool leaps = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
  if (day > kDays[static_cast<std::size_t>(month - 1)] + (leaps && month == 2 ? 1 : 0)) return std::nullopt;
  if (second == 60) second = 59;
  StixTime made;
  if (text.size() > kShortest) {
    if (text[19] != '.' || text.size() == kShortest + 1) return std::nullopt;
    const auto fraction = text.substr(kShortest, text.size() - kShortest - 1);
    std::uint32_t scale = 100'000'000;
    for (const char c : fraction) {
      if (c < '0' || c > '9') return std::nullopt;
      made.nanos += scale * static_cast<std::uint32_t>(c - '0');
      scale /= 10;
    }
    made.fraction_digits = static_cast<int>(fraction.size());
  }
  // Days since 1970 by the civil calendar.
  const int y = month <= 2 ? year - 1 : year;
  const int era = y / 400;
  const int yoe = y - era * 400;
  const int doy = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
  const int doe = yoe * 365 + yoe / 4 - yoe / 100 + doy;
  const std::int64_t days = std::int64_t{era} * 146097 + doe - 719468;
  made.seconds = days * 86400 + hour * 3600 + minute * 60 + second;
  return made;
}

bool selects(Node object, std::string_view selector) noexcept {
  if (selector.empty()) return false;
  auto at = object;
  while (true) {
    const auto dot = selector.find('.');
    const auto step = selector.substr(0, dot);
    if (step.size() > 2 && step.front() == '[' && step.back() == ']') {
      std::size_t index = 0;
      const auto digits = step.substr(1, step.size() - 2);
      const auto end = std::from_chars(digits.data(), digits.data() + digits.size(), index);
      if (end.ec != std::errc{} || end.ptr != digits.data() + digits.size() || !at.is_array()) return false;
      Node found;
      for (const auto each : at.elements()) {
        if (index-- == 0) {
          found = each;
          break;
        }
      }
      at = found;
    } else {
      at = at[step];
    }
    if (!at) return false;
    if (dot == std::string_view::npos) return true;
    selector.remove_prefix(dot + 1);
  }
}

}  // namespace tocsin::formats::stix
