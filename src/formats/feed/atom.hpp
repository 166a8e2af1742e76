#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.hpp"

/// Atom 1.0 (RFC 4287) feeds, written.
namespace tocsin::formats::feed {

struct AtomEntry {
  std::string id;  ///< Permanent IRI.
  std::string title;
  std::string url;      ///< Absolute link to the page.
  std::string summary;  ///< Plain text.
  std::string author;
  Timestamp updated;
  std::optional<Timestamp> published;
  std::vector<std::string> categories;
};

struct AtomFeed {
  std::string id;
  std::string title;
  std::string self_url;  ///< Absolute.
  std::string site_url;
  std::string next_url;  ///< Next page (RFC 5005), or empty.
  Timestamp updated;
  std::vector<AtomEntry> entries;
};

/// Well-formed XML for any content: characters that XML 1.0 forbids are dropped.
std::string write_atom(const AtomFeed& feed);

}  // namespace tocsin::formats::feed
