#pragma once
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "base/keyed_hash.hpp"
#include "engine/exposure/matcher.hpp"
#include "engine/exposure/name_bounds.hpp"
#include "engine/exposure/product_name.hpp"
#include "engine/exposure/sketch.hpp"
#include "formats/cpe/cpe.hpp"
#include "formats/vers/vendor_text.hpp"

/// What the matcher keeps of advisories: names once, products with what decides about versions, and the ways to find
/// them. Internal to engine/exposure.
namespace tocsin::engine::exposure {

/// A product's name under its vendor: many products of many advisories share one.
struct Name {
  std::string vendor;                     ///< As written.
  std::string text;                       ///< For sentences.
  std::uint32_t vendor_id = 0;            ///< Of Targets::vendors.
  std::vector<std::string> vendor_words;  ///< Folded, as they may stand in an inventory's product column.
  ProductName words;
  std::string essential;  ///< The words that tell it from others, in order, without releases.
  /// Word ids of the spellings of each code that must be there, 0 behind each code's; of prepare().
  std::vector<std::uint32_t> codes;
  std::vector<char> rare;       ///< Of words.terms: hardly any other name has it, so that it may be mistyped itself.
  std::vector<double> weights;  ///< Of words.terms; of prepare().
  double weight = 0;            ///< Their sum.
  NamePieces pieces;
  std::vector<std::uint32_t> products;
};

struct Claim {
  std::uint32_t vulnerability = 0;  ///< Of its advisory.
  /// Of known_not_affected: which of flag_words() says why, from 1; 0: none does.
  std::uint8_t justification = 0;
  formats::csaf::ProductStatus status = formats::csaf::ProductStatus::known_affected;
};

/// A model that stands where versions do, as things are held against it.
struct ModelText {
  std::string compact;  ///< Order number; of "DH-IPC-HDW1XXX" what is fixed.
  struct Word {
    std::size_t hash = 0;    ///< As NamePieces holds it.
    bool is_code = false;    ///< Has digits.
    bool is_number = false;  ///< Of five digits and more.
  };
  std::vector<Word> words;
};

/// One product of one advisory.
struct Product {
  std::uint32_t advisory = 0;
  std::uint32_t name = 0;
  std::string id;
  std::string version_text;
  formats::vers::VendorReading reading;
  std::string serial_digits;       ///< "20081" of "<= 20081" of a maker who counts by serial numbers; else empty.
  NameBounds bounds;               ///< What its name says besides of the versions and hardware that are meant.
  std::vector<ModelText> models;   ///< Of a reading that names models: they are taken apart once.
  bool has_fix = false;            ///< A vendor_fix speaks of it.
  std::string fixed_from;          ///< "V1.2" of its vendor_fix "Update to V1.2 or later"; empty where several differ.
  std::int64_t installed_on = -1;  ///< The product that it must be installed on, or -1.
  std::vector<Claim> claims;
  std::optional<formats::cpe::Name> cpe;
  std::vector<std::string> numbers;  ///< Order numbers without wildcards, compact.
};

/// May a serial number decide of it?
inline bool asks_serial(const Product& product) noexcept {
  return product.reading.kind == formats::vers::VendorReading::Kind::serial_number || product.bounds.serial ||
         !product.serial_digits.empty();
}

/// A word and what KeyedHash makes of it, which is computed once for many look-ups.
struct HashedWord {
  std::string_view text;
  std::size_t hash = 0;
  explicit HashedWord(std::string_view word) noexcept : text(word), hash(KeyedHash{}(word)) {}
  HashedWord(std::string_view word, std::size_t known) noexcept : text(word), hash(known) {}
  friend bool operator==(const std::string& a, const HashedWord& b) noexcept { return a == b.text; }
};
struct WordHash : KeyedHash {
  using KeyedHash::operator();
  std::size_t operator()(const HashedWord& word) const noexcept { return word.hash; }
};
template <class Value>
using WordMap = std::unordered_map<std::string, Value, WordHash, std::equal_to<>>;

/// A vendor of advisories, as its name is written.
struct Vendor {
  std::vector<std::string> keys;  ///< vendor_group; empty where no vendor is told.
};

struct Document {
  std::string id;
  std::vector<std::size_t> title;  ///< Hashes of the words of its title, which may call its products otherwise.
  std::vector<std::string> vulnerabilities;  ///< CVE, else another id, else the title.
};

/// Everything, with its indexes.
struct Targets {
  std::vector<Document> documents;
  std::vector<Name> names;
  std::vector<Product> products;
  std::vector<Vendor> vendors;
  std::vector<NameSketch> sketches;  ///< Of names; of prepare(), as the terms.
  std::vector<TermSketch> sketch_terms;

  HashMap<std::string, std::uint32_t> name_of;  ///< Vendor, line break, name.
  using Postings = WordMap<std::vector<std::uint32_t>>;
  HashMap<std::string, std::uint32_t> vendor_of;  ///< As written.
  Postings vendors_by_key;                        ///< Vendors, by each of their keys, and as vendor_spelling gives it.
  Postings vendors_by_prefix;                     ///< By what their keys begin with.
  Postings by_order_number;                       ///< Products; compact numbers without wildcards.
  Postings by_order_prefix;                       ///< The first kOrderPrefix characters of the same: order numbers.
  std::vector<std::pair<std::string, std::uint32_t>> order_patterns;  ///< With wildcards.
  Postings by_serial, by_hash, by_purl, by_cpe;
  Postings by_word;                  ///< Names, by each of their words.
  Postings by_anchor;                ///< Names, by the words that say most.
  WordMap<std::uint32_t> frequency;  ///< In how many names a word stands.
  WordMap<std::uint32_t> word_ids;   ///< Of the words of codes, from 1.
  const Targets* others = nullptr;   ///< Names that count as well when words are weighed.
  bool part_of_others = false;       ///< These are among them already.
  /// The first of all that count, each of them once; the next is its `others`.
  const Targets* every() const noexcept { return part_of_others ? others : this; }
  /// Words without digits by first letter and length, for finding what was mistyped.
  HashMap<std::uint32_t, std::vector<std::string>> words_like;

  std::uint32_t intern_name(const std::string& vendor, std::string text);
  std::uint32_t intern_vendor(const std::string& vendor);
  /// Vendors that speak of the things of this one, in order.
  std::vector<std::uint32_t> vendors_like(std::string_view vendor) const;
  std::size_t add(const formats::csaf::Advisory& advisory);
  void prepare();
  /// Does it stand in the names of one vendor alone, of these and the others?
  bool is_of_one_vendor(const std::string& word) const;
  /// Does it stand in a name, of these or the others?
  bool knows(std::string_view word) const noexcept;
  /// Names that a piece leads to, or nullptr; also where it leads to more than `most`, here or among the others that
  /// these are part of.
  const std::vector<std::uint32_t>* led_to(Postings Targets::* postings, const HashedWord& piece,
                                           std::size_t most) const noexcept;
  /// What a word says, 0..1: rare words say more.
  double weight_of(std::string_view word) const noexcept;
  /// The same, or nothing where knows() says no.
  std::optional<double> weight_if_known(const HashedWord& word) const noexcept;
  /// Words of names that differ from an unknown one by a slip of the keyboard.
  std::vector<std::string> near_words(const std::string& word) const;
  /// May something of this vendor, as an inventory writes it, be a product of these by its name alone? What
  /// Matcher::State::by_names asks of each name.
  bool may_be_of(const std::string& vendor) const;

 private:
  double weight_of_count(double count) const noexcept;
  void add_anchor(const std::string& word, std::uint32_t name);
  /// A name whose rarest word is another's but for a slip of the keyboard ("CIMPLICITIY") is found by that, too.
  void anchor_mistyped_names();
};
inline constexpr std::size_t kOrderPrefix = 7;

/// "vulnerable_code_not_present" in words: by the label of a flag (CSAF 2.1 section 3.2.4.4.1), as Claim numbers them.
struct FlagWords {
  std::string_view label, words;
};
std::span<const FlagWords> flag_words() noexcept;

/// "V1.2" of "Update to V1.2 or later version": what a remedy says to be fixed; empty where it says so otherwise.
std::string first_fixed_in(std::string_view details);

/// Does a leaf's own name say more of its versions than its branches: a serial number, a line of releases?
bool name_tells_versions(std::string_view name);
/// "RLC-4XX" of "RLC-4XX series".
std::string model_word(std::string_view model);
/// "pkg:npm/name" of "pkg:npm/name@1.2": what names the package, not its version. Empty for what is no package URL.
std::string package_of(std::string_view purl, std::string* version = nullptr);
/// "vendor:product" of a CPE; empty where one of them is not told.
std::string product_of(const formats::cpe::Name& name);

/// A name explains a thing less where words of the thing are left over: "FactoryTalk" is not yet "FactoryTalk View SE".
inline constexpr double kCoverMin = 0.72;
inline constexpr double kExplainedMin = 0.82;
/// What says less than this says nothing.
inline constexpr double kItemWeightMin = 0.3;
/// Does the thing seem to be what the name names?
struct NameFit {
  double confidence = 0;          ///< 0: no.
  bool narrower = false;          ///< The name says more than the inventory does.
  bool may_stand = false;         ///< The name explains all that the inventory says, which leaves out no model's code.
  std::vector<std::size_t> more;  ///< Of to_explain: words because of which it may be another thing.
  double if_alone = 0;            ///< The confidence where may_stand and no other name does so.
};
struct ItemWords {
  bool has_vendor = false;                ///< The column says something.
  std::vector<std::uint32_t> vendors;     ///< Targets::vendors_like, in order.
  std::vector<std::string> vendor_words;  ///< Of the column.
  bool sole_vendor = false;  ///< No vendor is told, but its strongest word stands in one vendor's names only.
  NamePieces pieces;
  std::vector<std::pair<std::string, double>> to_explain;  ///< Words that the name should account for, with weights.
  double weight = 0;
  /// Words that follow each other, put together, and their first letters: what a name may have as one.
  struct Join {
    std::size_t hash = 0;  ///< As NamePieces holds it.
    std::size_t first = 0, last = 0;
    bool initials = false;
  };
  std::vector<Join> joins;
  std::vector<std::uint32_t> ids;     ///< Targets::word_ids of the pieces, in order.
  std::vector<std::string> hundreds;  ///< hundreds_of the pieces that have some.
  std::string strongest;              ///< Of to_explain; empty where there is none.
  /// Words that stand in no name, so that they may be mistyped. What is a word of names is meant as it is written.
  std::vector<std::string> unknown;
  /// Written small among words with capitals: "thermal calculation software" describes, it is no part of a name.
  std::vector<std::string> small;
  std::vector<std::pair<std::string, std::string>> heads;  ///< Words with dashes, and what stands before the first.
  std::string model;                                       ///< The column, as NamePieces writes words: "pxc100ed".
  std::vector<std::string> order_numbers;
  ItemSketch sketch;
  std::vector<std::string> version_starts;  ///< "3", "35" and "3516" of "V3.5.16", "sp1" of "14 SP1".
};
/// What a vendor's column comes to.
struct VendorWords {
  std::vector<std::uint32_t> vendors;  ///< Targets::vendors_like.
  std::vector<std::string> words;
  NamePieces pieces;
};
/// Of those that were met, for many things of few vendors: one for each thread, and of one Targets.
using VendorMemo = HashMap<std::string, VendorWords>;
inline constexpr std::size_t kVendorsKept = 1000;
ItemWords words_of(const formats::inventory::Item& item, const Targets& targets, VendorMemo* memo = nullptr);
NameFit fit(const Name& name, const ItemWords& item);
/// "levistudio" of "LEVI Studio", which may be written as one word; empty where the first two terms are no plain words.
std::string front_as_one(const Name& name);
/// Whether a name cannot come to anything: a code that it needs is not there, nor does it say all that the thing says.
bool is_hopeless(const Name& name, const ItemWords& item);
/// "v7", "5": may it be a release?
bool is_version_like(std::string_view word) noexcept;
/// One of the things' unknown words is the word but for a slip of the keyboard, or its plural.
bool is_nearly_told(const ItemWords& item, std::string_view word);
/// "micro8##" of "micro850" and of "micro800", "x2##rna" of "x204rna"; empty for what has no such code.
std::string hundreds_of(std::string_view word);
/// "micro800", "x200rna": does a code stand for a hundred of them, where it is a family's?
bool is_hundreds_code(std::string_view word);
/// "gt27" of "GT27 model", which stands for all of "GT27nn".
bool is_model_line(const Name& name, std::size_t term);
/// Do the two differ by nothing but words that say what kind of thing they are?
bool differ_by_kind(const Name& a, const Name& b);
/// Does the name hold each word that the thing has to explain?
bool holds_all(const Name& name, const ItemWords& item);

}  // namespace tocsin::engine::exposure
