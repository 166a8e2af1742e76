#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <boost/json.hpp>

#include "base/result.hpp"
#include "base/time.hpp"
#include "formats/csaf/operations/operation.hpp"

/// Versions and revision histories (CSAF 2.0 and 2.1, sections 3.1.11 and 3.2.1.12.6 or 3.2.2.13.6).
namespace tocsin::formats::csaf {

/// How much a change asks of readers: `major` a new comparison with their assets, `minor` a new look, `patch` nothing.
enum class ChangeLevel { patch, minor, major };
std::string_view to_string(ChangeLevel level) noexcept;
std::optional<ChangeLevel> parse_change_level(std::string_view text) noexcept;

/// The least level that a change needs by rules 5 to 7 of semantic versioning. `patch` where only texts became other
/// texts: then only the editor knows whether more than the spelling was mended. Numbering and dates of the document
/// itself (/document/tracking but for its aliases and initial date) do not count.
ChangeLevel least_level(const boost::json::value& before, const boost::json::value& after);

/// What a revision is to say.
struct Revision {
  Timestamp now;
  std::string summary;
  Engine engine;
};

namespace operation {

struct RevisionPlan {
  ChangeLevel level = ChangeLevel::minor;
  std::string status = {};  ///< Afterwards; empty: as it is.
  /// An item of its own also where a draft's changes belong into the item of the release to come.
  bool always_new_item = false;
  /// Of the new version, in place of the next one; empty: that.
  std::string number = {};
};

/// Puts the revision into /document/tracking: history, version, status, dates, generator. A draft that becomes final or
/// interim is released: versions 0 leave the history, pre-release parts the version. Errors: invalid_input for a
/// version that is none, for versions of both kinds, and for a number that is no later version of the same kind;
/// conflict for a moment before the newest revision.
Status add_revision(boost::json::object& tracking, const Revision& revision, const RevisionPlan& plan);
void set_generator(boost::json::object& tracking, const Engine& engine, Timestamp now);

}  // namespace operation
}  // namespace tocsin::formats::csaf
