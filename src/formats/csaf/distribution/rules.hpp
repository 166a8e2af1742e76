#pragma once
#include <optional>
#include <string>
#include <string_view>

#include "base/time.hpp"
#include "formats/csaf/header.hpp"
#include "formats/csaf/validate/tape.hpp"
#include "formats/csaf/validate/tests.hpp"

/// The prose of section 7 as functions over a document. Internal to formats/csaf: distribution.hpp is the door.
namespace tocsin::formats::csaf::distribution {

/// A URL cut where the rules look; nothing is decoded. Parts of what is no URL are empty.
struct Url {
  std::string scheme, host;  ///< Lower case; host without user and port.
  std::string folder;        ///< Scheme to the last slash: two documents with the same one are adjacent.
  std::string_view name;     ///< Behind the last slash, without query.

  explicit Url(std::string_view text);
  bool is_https() const noexcept { return scheme == "https"; }
};

struct Context {
  Node root;
  CsafVersion version = CsafVersion::v2_0;
  std::optional<Timestamp> now;
  Sink& sink;

  void must(std::string_view test) const { sink.begin(test, Finding::Group::mandatory); }
  void should(std::string_view test) const { sink.begin(test, Finding::Group::recommended); }
  void may(std::string_view test) const { sink.begin(test, Finding::Group::informative); }
  void quality(std::string_view test) const { sink.begin(test, Finding::Group::quality); }
};

/// Requirement 3: over HTTPS. `what` begins the sentence: "the feed".
void needs_https(const Context& context, Node url, std::string_view test, Finding::Group group, std::string_view what);
/// Requirement 7 of 2.1: maintained_from and maintained_until against `now`.
void check_maintained(const Context& context);
/// TOC-011: `part` is later than `whole`, both moments.
void not_later_than(const Context& context, Node part, Node whole, std::string_view what);
/// May everybody have documents of this TLP label? (Requirement 5 protects the others.)
bool is_open(std::string_view tlp_label) noexcept;

void check_provider(const Context& context);
void check_aggregator(const Context& context);
void check_feed(const Context& context);
void check_service(const Context& context);

}  // namespace tocsin::formats::csaf::distribution
