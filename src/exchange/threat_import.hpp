#pragma once
#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "base/time.hpp"
#include "domain/record.hpp"
#include "engine/members/actor.hpp"
#include "engine/sharing/sharing.hpp"
#include "store/database.hpp"
#include "store/threat_uploads.hpp"

/// A file of threat knowledge that somebody brings for their organisation, in the browser or by the API: the same
/// reading, checking and storing as an import, shown before it is done. Why it is so: docs/decisions/0051. Page and API
/// call these and nothing below.
namespace tocsin::exchange {

/// Bytes of a file; the command line reads larger ones.
inline constexpr std::size_t kThreatFileBytesMax = std::size_t{16} << 20;

struct ThreatFile {
  std::string_view name;  ///< As who sends it calls it. A list of the same name is a later reading of it.
  std::string_view bytes;
};
struct ThreatImportOptions {
  /// Of one file: it is one transaction, and others shall get their turn to write.
  std::size_t objects_max = 10'000;
  /// ThreatImport::digest of what was looked at; empty: whatever comes of it.
  std::string expected_digest = {};
  /// The waiting file that it is, which goes with it; empty: none.
  std::string upload = {};
};

/// What becomes of an object.
enum class Fate : std::uint8_t {
  created,
  updated,    ///< A newer version of what is here.
  unchanged,  ///< It is here already.
  history,    ///< An older version, kept as such.
  refused     ///< Not stored.
};
inline constexpr std::size_t kFates = 5;
std::string_view to_string(Fate fate) noexcept;  ///< "created"

struct ImportedObject {
  Fate fate = Fate::refused;
  std::string id, title, version;  ///< Of what cannot be read as far as it says so.
  std::string before;              ///< The version that is here; empty where the asker sees none.
  std::string where;               ///< "/objects/7", or the line of a list: of what cannot be read.
  std::string why;                 ///< Of what is refused, or worth saying of another.
  domain::Tlp tlp = domain::Tlp::clear;
  bool tlp_defaulted = false;  ///< It says none.
  /// Whom it is addressed to: narrower than asked for where MISP's distribution says so.
  domain::Audience audience = domain::Audience::owner_only;
};

struct ThreatImport {
  std::string file;  ///< Safe to print.
  /// Refused ones that cannot be read first, then in the order of the file.
  std::vector<ImportedObject> objects;
  std::array<std::int64_t, kFates> counts{};  ///< By Fate; also of refused ones that are not among `objects`.
  std::int64_t lifted = 0;                    ///< Were STIX 2.0.
  std::int64_t misp_events = 0;               ///< Of MISP, that they were made of.
  std::int64_t listed = 0;                    ///< Values of a list, that they were made of.
  std::vector<std::string> remarks;           ///< What was read otherwise than written.
  std::string digest;                         ///< Of what would be written and for whom.
  std::int64_t count(Fate fate) const noexcept { return counts[static_cast<std::size_t>(fate)]; }
  /// Would anything be written?
  bool writes() const noexcept { return count(Fate::created) + count(Fate::updated) + count(Fate::history) > 0; }
};

/// What import_threats would do; nothing is written. `marking`: whom new objects are for (threat::marking_of_report);
/// its TLP is that of objects that bear none. Errors: forbidden (as threat::may_share); invalid_input for what is no
/// threat knowledge, `where` = pointer or line; too_large.
Result<ThreatImport> preview_threats(store::Database& database, const engine::Actor& actor, const ThreatFile& file,
                                     const engine::sharing::Marking& marking, const ThreatImportOptions& options,
                                     Timestamp now);
/// One transaction, with its audit entry. What is new becomes the organisation's own, created by whom the object says;
/// newer versions of its own objects stay for whom those are. An object that is refused spoils no other. Errors: as
/// preview_threats; conflict with `where` = "digest" where something else would come of it than was looked at.
Result<ThreatImport> import_threats(store::Database& database, const engine::Actor& actor, const ThreatFile& file,
                                    const engine::sharing::Marking& marking, const ThreatImportOptions& options,
                                    Timestamp now);

/// Keeps a file for a day, for its sender, one at a time. Returns its id. Errors: forbidden; too_large; invalid_input
/// where it is empty.
Result<std::string> keep_threat_upload(store::Database& database, const engine::Actor& actor, const ThreatFile& file,
                                       Timestamp now);
Result<std::optional<store::ThreatUpload>> find_threat_upload(store::Database& database, const engine::Actor& actor,
                                                              std::string_view id);

}  // namespace tocsin::exchange
