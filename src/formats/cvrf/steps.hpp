#pragma once
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <boost/json.hpp>

#include "formats/cvrf/cvrf.hpp"
#include "formats/cvrf/xml.hpp"

/// The parts of the conversion, and what they share. Internal to formats/cvrf.
namespace tocsin::formats::cvrf {

/// Of CVRF itself or of CVSS, whose score sets some writers put into CVSS's namespace.
bool is_cvrf_namespace(std::string_view uri) noexcept;
bool is_cvss_namespace(std::string_view uri) noexcept;

// Tolerant access: a null parent has no children. Only elements of CVRF's and CVSS's namespaces count.
const Element* child_of(const Element* parent, std::string_view name) noexcept;
std::vector<const Element*> children_of(const Element* parent, std::string_view name);
/// Trimmed; empty where there is no such element.
std::string text_of(const Element* element);
/// As one line: inner runs of white space become one blank.
std::string line_of(const Element* element);
std::string attribute_of(const Element& element, std::string_view name);

/// A word of one of CVRF's enumerations and what CSAF writes for it.
struct Word {
  std::string_view cvrf;
  std::string_view csaf;
};

/// The products that scores and remediations are about which name none.
struct DefaultProducts {
  std::vector<std::string> affected;
  std::vector<std::string> fixed;  ///< Only where it may be mended.
};

/// A vulnerability's parts that CSAF 2.0 has no place for and 2.1 has.
struct OnlyIn21 {
  boost::json::array cwes;     ///< All of them, the first one too.
  boost::json::array metrics;  ///< Of CVSS 4.0.
};

class Context {
 public:
  Context(const Document& document, const Options& options, std::vector<csaf::ConversionNote>& notes)
      : document_(document), options_(options), notes_(notes) {}

  const Element& root() const noexcept { return document_.root(); }
  const Document& document() const noexcept { return document_; }
  const Options& options() const noexcept { return options_; }

  void warn(const Element& at, std::string_view message) {
    note(csaf::ConversionNote::Level::warning, at, {}, message);
  }
  void fail(const Element& at, std::string_view message) { note(csaf::ConversionNote::Level::error, at, {}, message); }
  /// `part` goes behind the element's path: "/@Type".
  void note(csaf::ConversionNote::Level level, const Element& at, std::string_view part, std::string_view message);
  /// With a place of its own; past kNotesMax they are counted.
  void note(csaf::ConversionNote note);
  /// The last note, of those that were only counted.
  void close();

  /// What stands at `pointer` in the CSAF document was made of this element.
  void made_from(std::string pointer, const Element& element) {
    origins_.insert_or_assign(std::move(pointer), &element);
  }
  /// The element that what stands there, or what it stands in, was made of.
  const Element& origin_of(std::string_view pointer) const;

  /// What CSAF writes for the attribute's word; with an error, and empty, where it is none of them.
  std::string word_of(const Element& element, std::string_view attribute, std::string_view what,
                      std::span<const Word> words);
  /// A moment as RFC 3339; with a note where something had to be added, and empty where it is none.
  std::string time_of(const Element& element, std::string_view written);
  /// Those of an element that names none; with an error, and empty, where there are none. `what`: "score".
  std::vector<std::string> products_for(const Element& element, const DefaultProducts& products, std::string_view what);

  std::map<std::size_t, OnlyIn21> only_in_2_1;  ///< By index of the vulnerability.

 private:
  const Document& document_;
  const Options& options_;
  std::vector<csaf::ConversionNote>& notes_;
  std::map<std::string, const Element*, std::less<>> origins_;
  std::size_t defaulted_ = 0;
  std::size_t counted_ = 0;
  bool counted_an_error_ = false;
};

/// Adds a member with a text, unless that is empty.
void put(boost::json::object& object, std::string_view key, std::string_view text);
/// Adds a member with a list, unless that is empty.
void put(boost::json::object& object, std::string_view key, boost::json::array list);
/// The list with each text once, without empty ones.
boost::json::array texts(const std::vector<std::string>& all);

/// Notes on all that CVRF does not describe, or has once only, and on what it demands and is missing.
void check_grammar(Context& context);

boost::json::object make_document(Context& context);
boost::json::object make_product_tree(Context& context, const Element& tree);
boost::json::array make_vulnerabilities(Context& context);
/// The scores of a vulnerability, for CSAF 2.0.
boost::json::array make_scores(Context& context, const Element& vulnerability, const DefaultProducts& products,
                               std::size_t index, const std::string& pointer);

// Parts that document and vulnerabilities have alike; `pointer` is the list's.
boost::json::array make_acknowledgments(Context& context, const Element* list, const std::string& pointer);
boost::json::array make_notes(Context& context, const Element* list, const std::string& pointer);
boost::json::array make_references(Context& context, const Element* list, const std::string& pointer);

/// Kinds of publishers, and of parties that are involved.
extern const std::span<const Word> kParties;

}  // namespace tocsin::formats::cvrf
