#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "formats/csaf/operations/operation.hpp"
#include "formats/csaf/operations/revision.hpp"

/// Documents of CSAF 2.1 that no longer hold, as the conformance targets "CSAF withdrawer" and "CSAF superseder" make
/// them (sections 9.1.24 and 9.1.25, profiles of sections 4.7 and 4.8). CSAF 2.0 has neither. Pure functions, no I/O.
namespace tocsin::formats::csaf {

struct WithdrawOptions {
  /// What the document was about, and why it is withdrawn; paragraphs of the one note that says so.
  std::vector<std::string> reasons;
  /// Language of the reasons (BCP 47); becomes the document's where that states none. Empty: the document's.
  std::string lang = {};
  /// Of the note that holds the reasons. Empty: "Reasoning for Withdrawal" in the document's language, which has to be
  /// one that the CSAF TC has recorded a translation for, or none.
  std::string note_title = {};
  /// An empty summary becomes "Document withdrawn.", or what that is in the document's language.
  Revision revision;
};

/// The tracking id, publisher, references and other notes stay; product tree and vulnerabilities go, and with them what
/// cannot be without: notes bound to products, other notes of category description, extensions. Each such loss is a
/// warning. A draft stays a draft, an interim document becomes final.
/// Errors: invalid_input for what is no CSAF 2.1 document, is withdrawn or superseded already, or lacks a reason;
/// conflict for a moment before the newest revision.
Result<Changed> withdraw(std::string_view source, const WithdrawOptions& options);

/// A document that takes another one's place.
struct SupersedingDocument {
  std::string url;
  std::string publisher_namespace = {}, tracking_id = {}, title = {};  ///< May be empty.
};
/// Of the document itself, with the URL it states for itself. Errors: invalid_input where it states none.
Result<SupersedingDocument> superseding_document(std::string_view source);

struct SupersedeOptions {
  std::vector<SupersedingDocument> by;
  /// May be empty where the document's language is English or German: then the note names what takes its place.
  std::vector<std::string> reasons = {};
  std::string lang = {};
  std::string note_title = {};  ///< Empty: "Reasoning for Supersession" in the document's language.
  std::string reference_summary =
      {};  ///< Beginning of the references' summaries. Empty: "Superseding Document", likewise.
  Revision revision;
};

/// As withdraw(), and with a reference to each superseding document after those that were there.
/// Errors: as withdraw(); invalid_input for a document that would supersede itself.
Result<Changed> supersede(std::string_view source, const SupersedeOptions& options);

}  // namespace tocsin::formats::csaf
