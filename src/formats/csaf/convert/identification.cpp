#include <algorithm>

#include <fmt/format.h>

#include "base/json.hpp"
#include "base/keyed_hash.hpp"
#include "base/messages.hpp"
#include "base/text.hpp"
#include "formats/csaf/convert/steps.hpp"
#include "formats/purl/purl.hpp"

/// The part of the conversion to 2.1 that concerns how a product is identified.
namespace tocsin::formats::csaf::convert {
namespace {

using boost::json::array;
using boost::json::value;

/// Hash algorithms as CSAF 2.1 spells them (section 3.1.10.3.3): lower case, with their dashes.
constexpr std::string_view kHashAlgorithms[] = {
    "blake2b-256", "blake2b-384", "blake2b-512", "blake2b512", "blake2s256", "blake3",   "md2",
    "md4",         "md5-sha1",    "mdc2",        "ripemd",     "rmd160",     "ssl3-md5", "ssl3-sha1",
    "md5",         "md6",         "ripemd160",   "sha1",       "sha224",     "sha256",   "sha384",
    "sha512",      "sha512-224",  "sha512-256",  "sha3-224",   "sha3-256",   "sha3-384", "sha3-512",
    "shake128",    "shake256",    "sm3",         "ssdeep",     "tlsh",       "whirlpool"};

std::string without_marks(std::string_view text) {
  std::string plain;
  for (const char c : text::lower_ascii(text)) {
    if (c != '-' && c != '_' && c != ' ' && c != '/') plain += c;
  }
  return plain;
}

void convert_hashes(value& helper, const std::string& path, Notes& notes) {
  auto* hashes = find_array(helper, "hashes");
  if (hashes == nullptr) return;
  for (std::size_t i = 0; i < hashes->size(); ++i) {
    auto* files = find_array((*hashes)[i], "file_hashes");
    if (files == nullptr) continue;
    for (std::size_t j = 0; j < files->size(); ++j) {
      auto* hash = (*files)[j].if_object();
      if (hash == nullptr) continue;
      (*hash)["value"] = text::lower_ascii(text_of(hash->if_contains("value")));
      const auto written = text_of(hash->if_contains("algorithm"));
      const auto* known = std::ranges::find_if(
          kHashAlgorithms, [&](std::string_view each) { return without_marks(each) == without_marks(written); });
      if (known != std::end(kHashAlgorithms)) {
        (*hash)["algorithm"] = *known;
        continue;
      }
      (*hash)["algorithm"] = text::lower_ascii(written);
      notes.warn(fmt::format("{}/hashes/{}/file_hashes/{}/algorithm", path, i, j),
                 tr<"unknown hash algorithm '{}' was converted to lower case">(written));
    }
    drop_repeated(*files);
  }
  drop_repeated(*hashes);
}

/// Stars that no backslash takes away.
std::size_t open_stars(std::string_view text) {
  std::size_t stars = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\\') {
      ++i;
    } else if (text[i] == '*') {
      ++stars;
    }
  }
  return stars;
}

bool ends_with_open_star(std::string_view text) {
  return text.ends_with('*') && open_stars(text) > open_stars(text.substr(0, text.size() - 1));
}

/// What 2.1 gives a meaning to, and 2.0 did not, is taken literally.
std::string escaped(std::string_view number, const ConvertOptions& options) {
  std::string text;
  for (const char c : number) {
    const bool literal =
        c == '\\' || (c == '?' && options.question_marks_are_literal) || (c == '*' && options.stars_are_literal);
    if (literal) text += '\\';
    text += c;
  }
  return text;
}

/// Model numbers, SKUs and serial numbers: 2.0 left open whether they are beginnings, 2.1 marks them.
void convert_numbers(value& helper, std::string_view key, std::string_view what, const std::string& path,
                     const ConvertOptions& options, Notes& notes) {
  auto* numbers = find_array(helper, key);
  if (numbers == nullptr) return;
  array kept;
  HashSet<std::string> seen;
  for (std::size_t i = 0; i < numbers->size(); ++i) {
    const auto before = text_of(&(*numbers)[i]);
    const auto place = fmt::format("{}/{}/{}", path, key, i);
    auto after = escaped(before, options);
    if (!options.numbers_are_complete && !ends_with_open_star(after)) {
      after += '*';
      notes.warn(place, tr<"the {} '{}' may be a beginning: a star was added">(what, before));
    }
    if (open_stars(after) > 1) {
      notes.warn(place, tr<"the {} '{}' has several stars and was removed">(what, before));
      continue;
    }
    if (seen.insert(after).second) kept.push_back(value(after));
  }
  if (kept.empty()) {
    helper.as_object().stable_erase(key);
  } else {
    *numbers = std::move(kept);
  }
}

/// CSAF 2.1 writes the type in lower case; what cannot be read stays, and is told of with the result.
std::string purl_in_form(const std::string& before, const std::string& place, Notes& notes) {
  const auto parsed = purl::parse(before);
  if (!parsed) return before;
  const auto type_as_written = std::string_view{before}.substr(0, before.find('/'));
  if (text::lower_ascii(type_as_written) == type_as_written) return before;
  auto after = purl::to_text(*parsed);
  notes.warn(place, tr<"the package URL '{}' was written as '{}': its type stands in lower case">(before, after));
  return after;
}

}  // namespace

void convert_full_product_name(value& product, const std::string& path, const ConvertOptions& options, Notes& notes) {
  auto* helper = find(product, "product_identification_helper");
  if (helper == nullptr || !helper->is_object()) return;
  const auto place = path + "/product_identification_helper";
  convert_hashes(*helper, place, notes);
  convert_numbers(*helper, "model_numbers", tr<"model number">(), place, options, notes);
  convert_numbers(*helper, "serial_numbers", tr<"serial number">(), place, options, notes);
  convert_numbers(*helper, "skus", tr<"stock keeping unit">(), place, options, notes);
  auto& members = helper->as_object();
  if (const auto purl = text_of(members.if_contains("purl")); !purl.empty()) {
    const auto written = purl_in_form(purl, place + "/purl", notes);
    members.stable_erase("purl");
    members["purls"] = array{value(written)};
  }
  for (const auto* key : {"sbom_urls", "x_generic_uris"}) {
    if (auto* list = find_array(*helper, key); list != nullptr) drop_repeated(*list);
  }
  if (members.empty()) product.as_object().stable_erase("product_identification_helper");
}

void drop_invalid_cpe(value& root, const std::string& pointer, Notes& notes) {
  const auto slash = pointer.rfind('/');
  auto* helper = const_cast<value*>(json::at_pointer(root, pointer.substr(0, slash)));
  if (helper == nullptr || !helper->is_object()) return;
  auto& members = helper->get_object();
  const auto* cpe = members.if_contains("cpe");
  if (cpe == nullptr) return;
  notes.warn(pointer, tr<"{} is no valid CPE and was removed">(text::shorten(json::write(*cpe), 120)));
  members.stable_erase("cpe");
  if (!members.empty()) return;
  const auto above = pointer.rfind('/', slash - 1);
  auto* product = const_cast<value*>(json::at_pointer(root, pointer.substr(0, above)));
  if (product != nullptr && product->is_object()) product->get_object().stable_erase("product_identification_helper");
}

}  // namespace tocsin::formats::csaf::convert
