#pragma once
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.hpp"
#include "base/time.hpp"
#include "formats/csaf/header.hpp"
#include "formats/csaf/validate/speller.hpp"
#include "formats/csaf/validate/tape.hpp"
#include "formats/finding.hpp"
#include "formats/recognise.hpp"

/// Validates CSAF documents of versions 2.0 and 2.1: the grammar of the schemas and every test of section 6. Pure, no
/// I/O.
namespace tocsin::formats::csaf {

/// Conformance targets (2.0 section 9.1.14 to 9.1.16): basic = schema and mandatory tests, extended = basic and
/// optional (2.1: recommended), full = extended and informative.
enum class Mode { basic, extended, full };
std::optional<Mode> parse_mode(std::string_view text) noexcept;
std::string_view to_string(Mode mode) noexcept;

/// What 2.0 calls optional, 2.1 calls recommended: "schema", "mandatory", "optional" or "recommended", "informative".
std::string_view group_name(Finding::Group group, std::optional<CsafVersion> version) noexcept;

/// A test that a version has; the grammar of the schema is one with id "schema".
struct TestInfo {
  std::string_view id;
  Finding::Group group = Finding::Group::schema;
  std::string_view not_run;  ///< Why it cannot be run here; empty where it can.
};
/// In the specification's order, the schema first. That of 6.3.8 says what happens without a speller.
std::vector<TestInfo> tests_of(CsafVersion version);
bool belongs_to(Finding::Group group, Mode mode) noexcept;

struct NotRun {
  std::string_view test;
  std::string_view why;
};

struct Verdict {
  std::optional<CsafVersion> version;  ///< Nothing: this is no CSAF document, or it cannot be read.
  /// What the document is where it is no advisory of a version that is known; other_json where that cannot be told.
  DocumentKind kind = DocumentKind::other_json;
  std::string tracking_id;        ///< Of an advisory that validate_any was asked about.
  std::vector<Finding> findings;  ///< By group, test and place.
  std::vector<NotRun> not_run;    ///< Tests of the mode that were not run, for a reason.
  /// No finding of group schema or mandatory.
  bool is_valid() const noexcept;
};

/// Branches nested 31 deep, which test 6.1.34 is to find, are 65 levels of JSON: one more than other documents may
/// have.
inline constexpr json::Limits kValidatorLimits{.bytes_max = std::size_t{64} << 20, .depth_max = 128};

class Model;

/// One per thread: it keeps the memory of the document before.
class Validator {
 public:
  /// `speller`: for test 6.3.8, which is not run without one; it has to outlive the validator.
  explicit Validator(json::Limits limits = kValidatorLimits, Speller* speller = nullptr);
  ~Validator();
  Validator(Validator&&) noexcept;
  Validator& operator=(Validator&&) noexcept;
  /// Total: whatever the bytes are, there is a verdict; what cannot be read is a finding of group schema.
  /// `with_quality`: the tests beyond the standard as well; what they find makes no document invalid.
  Verdict validate(std::string_view bytes, Mode mode = Mode::basic, bool with_quality = false);
  /// Also what lies beside advisories, by its own grammar and section 7 (distribution/distribution.hpp): Verdict::kind
  /// is of that kind then, and `version` the one that it names, if any. Of all else what `validate` answers. `now`: for
  /// files that are maintained until a day.
  Verdict validate_any(std::string_view bytes, Mode mode, bool with_quality, Timestamp now);

 private:
  Verdict validate_bytes(std::string_view bytes, Mode mode, bool with_quality, std::optional<Timestamp> now);
  json::Limits limits_;
  Speller* speller_;
  TapeReader reader_;
  std::unique_ptr<Model> model_;
};

/// Of a document that was read already; it may be a part of what was read, pointers begin at `root`.
Verdict validate(Node root, Mode mode);
/// Only the tests that `wanted` accepts; it is asked about those of group quality as well.
Verdict validate(Node root, const std::function<bool(const TestInfo&)>& wanted, Speller* speller = nullptr);

/// What the standard lets pass though it cannot be meant: TOC-001 to TOC-009 (docs/quality.md), all of group quality.
/// Nothing where `root` is no CSAF document.
std::vector<Finding> check_quality(Node root);
/// Section 5.1, for who knows what the file is called (`file`: the last part of its path): test "5.1", recommended,
/// since another name makes a document no less valid. Nothing where the name is right, or the document names itself
/// nowhere. "ID_invalid.json" is right for what `is_valid` denies (2.1).
std::optional<Finding> check_file_name(std::string_view file, std::string_view tracking_id, bool is_valid);
/// TOC-010, for who knows that there is a document with the same id and version, but other content.
Finding changed_without_revision(std::string_view version);

}  // namespace tocsin::formats::csaf
