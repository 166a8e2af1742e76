#pragma once
#include <array>
#include <compare>
#include <cstddef>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "formats/attack/attack.hpp"

/// What changed between two releases of ATT&CK, in the words of its own release notes: added, renamed, revoked,
/// deprecated, major and minor versions, edits below a version, relations. Pure.
namespace tocsin::formats::attack {

/// An object of a release, as far as changes are told of it.
struct ReleaseObject {
  Kind kind = Kind::technique;
  std::string stix_id, id, name, version;
  std::string modified;  ///< As it is written.
  bool revoked = false, deprecated = false;
};

/// One object does something to another: ("uses", "malware--..", "attack-pattern--..").
struct ReleaseRelation {
  std::string verb, source, target;
  friend auto operator<=>(const ReleaseRelation&, const ReleaseRelation&) = default;
};

class Release {
 public:
  /// One STIX object; what is no part of ATT&CK changes nothing.
  void add(stix::Node object);
  /// Of a bundle. Errors: as stix::read_objects; invalid_input where nothing in it is of ATT&CK.
  static Result<Release> read(std::string_view bytes);

  const std::string& name() const noexcept { return name_; }        ///< Of its collection; may be empty.
  const std::string& version() const noexcept { return version_; }  ///< "18.1"; may be empty.
  const std::map<std::string, ReleaseObject>& objects() const noexcept { return objects_; }
  const std::set<ReleaseRelation>& relations() const noexcept { return relations_; }
  /// STIX id of what took the place of a revoked one; empty where nothing did.
  std::string successor(const std::string& stix_id) const;

 private:
  stix::Facts facts_;  // memory that is used again
  std::string name_, version_;
  std::map<std::string, ReleaseObject> objects_;
  std::set<ReleaseRelation> relations_;
};

enum class What { added, renamed, revoked, deprecated, reinstated, major_version, minor_version, edited, removed };
inline constexpr std::array kWhatInOrder{What::added,         What::renamed,       What::revoked,
                                         What::deprecated,    What::reinstated,    What::removed,
                                         What::major_version, What::minor_version, What::edited};
std::string_view slug(What what) noexcept;  ///< "major-version"

struct ObjectChange {
  What what = What::added;
  ReleaseObject before, after;  ///< Empty where it was not, or is no more.
  std::string successor;        ///< Of what was revoked: "T0855 Name"; may be empty.
};
struct RelationChange {
  bool added = true;
  std::string verb;
  ReleaseObject source, target;
};

struct Difference {
  std::vector<ObjectChange> objects;      ///< By what, kind, id. One object may have changed in several ways.
  std::vector<RelationChange> relations;  ///< Added before removed; by verb, ids.
};
Difference compare(const Release& before, const Release& after);

}  // namespace tocsin::formats::attack
