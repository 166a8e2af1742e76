#pragma once
#include <string>

#include "base/hash.hpp"
#include "base/json.hpp"
#include "domain/record.hpp"
#include "formats/stix/versions.hpp"

/// What tests put STIX objects into the database with.
namespace tocsin::engine::testing {

/// The object as a revision of its record; what is no JSON object has neither key nor version.
inline domain::NewRevision stix_revision(const std::string& bytes, domain::Tlp tlp, Timestamp now) {
  domain::NewRevision revision;
  if (const auto parsed = json::parse(bytes)) {
    const auto& root = parsed->root();
    revision.key = json::string_at(root, "id");
    revision.title = json::string_at(root, "name");
    revision.version = json::string_at(root, "modified");
  }
  revision.kind = domain::RecordKind::stix_object;
  revision.version_order = formats::stix::version_order(revision.version, false);
  revision.format = "stix-2.1";
  revision.tlp = tlp;
  revision.initial_release_at = revision.current_release_at = now;
  revision.bytes = bytes;
  revision.sha512 = sha512_hex(bytes);
  return revision;
}

}  // namespace tocsin::engine::testing
