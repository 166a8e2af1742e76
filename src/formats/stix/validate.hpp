#pragma once
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "formats/finding.hpp"
#include "formats/stix/facts.hpp"
#include "formats/stix/reader.hpp"

/// Judges STIX 2.1 and 2.0 content by the standard: every object by the grammar and the rules beyond it, and what one
/// object says of another. Pure, no I/O. docs/stix.md lists the tests.
namespace tocsin::formats::stix {

enum class Version { v2_0, v2_1 };
std::string_view to_string(Version version) noexcept;

/// A rule that can fail: a MUST of the grammar (schema), another MUST (mandatory), a SHOULD (recommended), a hint.
struct TestInfo {
  std::string_view id;  ///< "STIX-" and the section of STIX 2.1, then a word: "STIX-2.9-form".
  Finding::Group group = Finding::Group::schema;
  std::string_view what;
};
std::span<const TestInfo> tests() noexcept;

struct Verdict {
  Content content;
  Version version = Version::v2_1;  ///< 2.0 where the bundle or its first object is of 2.0.
  std::size_t versions_2_0 = 0;     ///< Objects read as STIX 2.0.
  std::vector<Finding> findings;    ///< In the order of the objects.
  /// Of one test no more findings are kept than kFindingsPerTestMax; the rest is counted in one more finding.
  bool is_valid() const noexcept;
};
inline constexpr std::size_t kFindingsPerTestMax = 100;

/// One per thread: it keeps the memory of what it judged before.
class Validator {
 public:
  explicit Validator(ReadLimits limits = {});
  ~Validator();
  Validator(Validator&&) noexcept;
  Validator& operator=(Validator&&) noexcept;
  /// Total: whatever the bytes are, there is a verdict. `visit` (may be empty) gets each object that could be read, as
  /// it is judged.
  Verdict validate(std::string_view bytes, const std::function<void(const RawObject&, Node)>& visit = {});

 private:
  struct State;
  std::unique_ptr<State> state_;
};

/// "2016-01-01T00:00:00.123Z" as section 2.16 has it: UTC with Z, nothing else; nothing where it is not so. Leap
/// seconds are read as the second before.
struct StixTime {
  std::int64_t seconds = 0;
  std::uint32_t nanos = 0;
  int fraction_digits = 0;
  friend bool operator==(const StixTime& a, const StixTime& b) noexcept {
    return a.seconds == b.seconds && a.nanos == b.nanos;
  }
  friend bool operator<(const StixTime& a, const StixTime& b) noexcept {
    return a.seconds != b.seconds ? a.seconds < b.seconds : a.nanos < b.nanos;
  }
};
std::optional<StixTime> parse_time(std::string_view text) noexcept;

/// Section 7.2.3.1: does `selector` ("labels.[0]", "external_references.[0].url") name something in `object`?
bool selects(Node object, std::string_view selector) noexcept;

}  // namespace tocsin::formats::stix
