#include "formats/stix/check.hpp"

#include <algorithm>
#include <bit>
#include <cmath>

#include <fmt/format.h>

#include "base/keyed_hash.hpp"
#include "base/text.hpp"
#include "formats/language/language.hpp"
#include "formats/stix/forms.hpp"
#include "formats/stix/pattern.hpp"

namespace tocsin::formats::stix {
namespace {

std::string shown(std::string_view text) { return text::shorten(text, 80); }

bool fits(Values values, Node value) noexcept {
  switch (values) {
    case Values::any:
      return !value.is_null();
    case Values::text:
      return value.is_string();
    case Values::whole:
      return value.is_integer();
    case Values::text_or_whole:
      return value.is_string() || value.is_integer();
    case Values::texts:
    case Values::text_or_texts:
      break;
  }
  if (value.is_string()) return values == Values::text_or_texts;
  if (!value.is_array()) return false;
  for (const auto each : value.elements()) {
    if (!each.is_string()) return false;
  }
  return true;
}

/// The names in an object that no table has: may one of them be there twice?
class Others {
 public:
  void add(std::string_view name) noexcept {
    if (count_ < hashes_.size()) {
      const auto hash = KeyedHash{}(name);
      for (std::size_t i = 0; i < count_; ++i) may_repeat_ = may_repeat_ || hashes_[i] == hash;
      hashes_[count_] = hash;
    } else {
      may_repeat_ = true;  // So many are sorted.
    }
    ++count_;
  }
  bool may_repeat() const noexcept { return may_repeat_; }

 private:
  std::array<std::uint64_t, 16> hashes_;
  std::size_t count_ = 0;
  bool may_repeat_ = false;
};

}  // namespace

void Checker::wrong_type(Node value, std::string_view wanted) {
  report_.say(Test::type, value, fmt::format("The value is not {}.", wanted), fmt::format("Give {} there.", wanted));
}

bool Checker::object(Node root, bool as_2_0) {
  has_toplevel_extension_ = false;
  if (!root.is_object()) {
    report_.say(Test::object, root, "Among the objects stands something that is no object.", "Take it out.");
    return as_2_0;
  }
  heads_ = Heads{root};
  const auto& [type, id, spec_version, created, modified] =
      std::tie(heads_.type, heads_.id, heads_.spec_version, heads_.created, heads_.modified);
  const auto type_name = type.text();
  if (type_name.empty()) {
    report_.say(Test::object, root, "The object does not say its type.", "Give it the property type.");
    return as_2_0;
  }
  type_ = type_of(type_name);
  // What says nothing is of 2.0, whose objects never do; but bundles of 2.0 say what they hold.
  is_2_0_ = spec_version
                ? spec_version.text() == "2.0"
                : as_2_0 || (report_.raw().form != Form::bundle && !is_in(kScos, type_) && type_ != Type::custom);
  if (spec_version && spec_version.text() != "2.1" && spec_version.text() != "2.0") {
    report_.say(Test::spec_version, spec_version, "spec_version is neither 2.0 nor 2.1.",
                "Write \"2.1\" where the object is of STIX 2.1.");
  }
  bool comes_by_extension = false, is_new_observable = false;
  for (const auto [name, value] : heads_.extensions.members()) {
    const auto kind = value.text_at("extension_type");
    has_toplevel_extension_ = has_toplevel_extension_ || kind == "toplevel-property-extension";
    comes_by_extension = comes_by_extension || kind.starts_with("new-");
    is_new_observable = is_new_observable || kind == "new-sco";
  }
  if (type_ == Type::custom) {
    is_observable_ = is_new_observable || (!comes_by_extension && !is_2_0_ && !created && !modified);
    if (type_name == "action") {
      report_.say(Test::reserved, type, "The type action is reserved.", "Use another name.");
    } else if (!is_type_name(type_name, is_2_0_)) {
      report_.say(Test::type_name, type, fmt::format("'{}' is no name for a type.", shown(type_name)),
                  "Use 3 to 250 characters a-z and 0-9 with single hyphens between them.");
    } else if (!type_name.starts_with("x-") && !comes_by_extension) {
      report_.say(Test::custom_object, type, fmt::format("'{}' is no type of the standard.", shown(type_name)),
                  "Define it by an extension, or begin its name with x-.");
    }
  }
  part(root, static_cast<std::size_t>(type_), {});
  if (id.is_string()) this->id(root, id, type_, type_name);
  if (heads_.granular_markings) markings(root);
  own_rules(root, type_);
  address(root);
  across_.object(root, type_, heads_, is_2_0_);
  return is_2_0_;
}

void Checker::bundle(Node header) {
  if (header.text_at("type") != "bundle") {
    report_.say(Test::bundle, header, "What holds the objects is no bundle.", "Give it the type \"bundle\".");
  }
  const auto id = header.text_at("id");
  const auto parts = parse_id(id);
  if (!parts || parts->type != "bundle") {
    report_.say(Test::bundle, header["id"] ? header["id"] : header,
                "The bundle has no identifier of the form bundle--UUID.", "Give it one.");
  } else if (parts->version != '4') {
    report_.say(Test::id_version, header["id"], "The UUID is of another version than 4.",
                "Make identifiers at random.");
  }
  for (const auto [name, value] : header.members()) {
    if (name == "type" || name == "id") continue;
    if (name == "spec_version") {
      if (value.text() != "2.0") {
        report_.say(Test::bundle, value, "Only bundles of STIX 2.0 have a spec_version.",
                    "Take it out: objects have their own.");
      }
      continue;
    }
    if (!is_property_name(name, false)) {
      report_.say_in(Test::property_name, header, name, fmt::format("'{}' is no name for a property.", shown(name)),
                     {});
    }
  }
}

void Checker::part(Node object, std::size_t part, Node container) {
  std::uint64_t there = 0;
  std::size_t own = 0;
  Others others;
  const auto common = part < kTypes ? common_properties(static_cast<Type>(part)).size() : 0;
  for (const auto [name, value] : object.members()) {
    const auto found = property_of(part, name_number(name));
    if (found.property != nullptr) {
      const auto bit = std::uint64_t{1} << found.position;
      if ((there & bit) != 0) {
        report_.say_in(Test::repeated, object, name, fmt::format("'{}' is given twice.", name), "Keep one of them.");
        continue;
      }
      there |= bit;
      if (found.position >= common) ++own;
      const auto flags = found.property->flags;
      if (is_2_0_ ? (flags & kNot20) != 0 : (flags & kOnly20) != 0) {
        custom(object, name, value);
      } else if (found.property->kind == Kind::extensions) {
        extensions(value, static_cast<Type>(part), container);
        ++own;
      } else {
        property(*found.property, value, container);
      }
      continue;
    }
    if (container && name == "type") continue;
    others.add(name);
    if (part < kTypes) {
      custom(object, name, value);
    } else if (!name.starts_with("x_")) {
      report_.say_in(Test::unknown, object, name,
                     fmt::format("'{}' is no property of this part of an object.", shown(name)),
                     "Take it out, or bring it by an extension.");
    }
  }
  if (others.may_repeat()) {
    std::vector<std::string_view> names;
    for (const auto [name, value] : object.members()) names.push_back(name);
    std::ranges::sort(names);
    for (auto at = std::ranges::adjacent_find(names); at != names.end();) {
      if (property_of(part, name_number(*at)).property == nullptr) {
        report_.say_in(Test::repeated, object, *at, fmt::format("'{}' is given twice.", shown(*at)),
                       "Keep one of them.");
      }
      at = std::adjacent_find(at + 1, names.end());
    }
  }
  auto missing = required_of(part, is_2_0_) & ~there;
  if (container) {  // Observables of 2.0 have no id.
    missing &= ~std::uint64_t{0} << common;
  }
  // Observables need type and id; type, spec_version and id stand first in every table.
  if (part == static_cast<std::size_t>(Type::custom) && is_observable_) missing &= 0b101;
  for (; missing != 0; missing &= missing - 1) {
    const auto& name = property_at(part, static_cast<std::uint8_t>(std::countr_zero(missing)))->name;
    report_.say(Test::required, object, fmt::format("'{}' is missing.", name),
                fmt::format("Give the property {}.", name));
  }
  const auto one_of = grammar_of(part).one_of;
  if (one_of.empty()) return;
  if (one_of == "*") {
    if (own == 0)
      report_.say(Test::one_of, object, "None of the type's own properties is there.", "Give at least one of them.");
    return;
  }
  if ((there & choices_of(part)) == 0) {
    report_.say(Test::one_of, object, fmt::format("None of the properties {} is there.", one_of), "Give one of them.");
  }
}

void Checker::custom(Node object, std::string_view name, Node value) {
  if (value.is_null()) return wrong_type(value, "a value");
  if (name == "action" ? !is_2_0_ || type_ == Type::course_of_action
                       : !is_2_0_ && (name == "severity" || name == "username" || name == "phone_number" ||
                                      name == "phone_numbers")) {
    report_.say_in(Test::reserved, object, name, fmt::format("The name '{}' is reserved.", name),
                   "Use another name, or bring the property within an extension.");
    return;
  }
  if (name == "defanged" && !is_2_0_ && !is_in(kScos, type_) && type_ != Type::custom) {
    report_.say_in(Test::not_applicable, object, name, "Only observables may be defanged.", "Take defanged out.");
    return;
  }
  if (value.is_array() && value.empty()) {
    report_.say(Test::empty_list, value, "The list is empty.", "Leave the property out.");
  }
  if (!is_property_name(name, is_2_0_)) {
    report_.say_in(Test::property_name, object, name, fmt::format("'{}' is no name for a property.", shown(name)),
                   "Use 3 to 250 characters a-z, 0-9 and underscore.");
    return;
  }
  if (name.starts_with("x_") || has_toplevel_extension_ || type_ == Type::custom) return;
  report_.say_in(Test::custom_property, object, name, fmt::format("'{}' is no property of the type.", shown(name)),
                 "Bring it by an extension, or begin its name with x_.");
}

void Checker::property(const Property& property, Node value, Node container) {
  if ((property.flags & kDeprecated) != 0 && !is_2_0_) {
    report_.say(
        Test::deprecated, value, fmt::format("'{}' is deprecated.", property.name),
        property.name == "objects" ? "Use object_refs and objects of their own." : "Use a relationship instead.");
  }
  if ((property.flags & kList) == 0) return this->value(property, value, container);
  if (!value.is_array()) return wrong_type(value, "a list");
  if (value.empty()) {
    report_.say(Test::empty_list, value, "The list is empty.", "Leave the property out.");
    return;
  }
  for (const auto each : value.elements()) this->value(property, each, container);
}

void Checker::value(const Property& property, Node value, Node container) {
  switch (property.kind) {
    case Kind::string:
      if (!value.is_string()) wrong_type(value, "a string");
      break;
    case Kind::boolean:
      if (!value.is_boolean()) wrong_type(value, "true or false");
      break;
    case Kind::integer:
    case Kind::number: {
      if (property.kind == Kind::integer ? !value.is_integer() : !value.is_number()) {
        wrong_type(value, property.kind == Kind::integer ? "a whole number" : "a number");
        break;
      }
      const auto number = *value.number();
      if (number < property.min || number > property.max) {
        report_.say(Test::range, value, fmt::format("{} is outside of what '{}' may be.", number, property.name),
                    std::isfinite(property.min) && std::isfinite(property.max)
                        ? fmt::format("It lies between {} and {}.", property.min, property.max)
                        : std::string{});
      }
      break;
    }
    case Kind::timestamp: {
      if (!value.is_string()) return wrong_type(value, "a timestamp");
      const auto time = time_of(value);
      if (!time) {
        report_.say(Test::timestamp, value, fmt::format("'{}' is no timestamp.", shown(value.text())),
                    "Write it in UTC as 2016-01-01T00:00:00.000Z.");
      } else if (time->fraction_digits < 3 && (property.name == "created" || property.name == "modified") &&
                 !container) {
        report_.say(Test::precision, value, fmt::format("'{}' has no milliseconds.", property.name),
                    "Write three digits behind the seconds, as in 00.000Z.");
      } else if (time->fraction_digits > 0 && property.name == "time_date_stamp") {
        report_.say(Test::precision, value, "'time_date_stamp' is more precise than a second.",
                    "Write it without a fraction, as in 00Z.");
      }
      break;
    }
    case Kind::identifier:
    case Kind::reference_or_key:
      reference(property, value, container);
      break;
    case Kind::enumeration:
    case Kind::open_vocabulary:
      words(property, value);
      break;
    case Kind::dictionary:
      dictionary(value, static_cast<Values>(property.detail));
      break;
    case Kind::hashes:
      hashes(value);
      break;
    case Kind::hex:
      if (!value.is_string()) return wrong_type(value, "a string");
      if (!is_hex_text(value.text())) {
        report_.say(Test::hex, value, "The value is not hexadecimal.", "Write pairs of the digits 0-9 and a-f.");
      } else if (std::ranges::any_of(value.text(), [](char c) { return c >= 'A' && c <= 'F'; })) {
        report_.say(Test::hex_case, value, "The value has digits in upper case.", "Write a-f in lower case.");
      }
      break;
    case Kind::binary:
      if (!value.is_string()) return wrong_type(value, "a string");
      if (!is_base64(value.text()))
        report_.say(Test::binary, value, "The value is no base64.", "Encode it as RFC 4648 section 4 says.");
      break;
    case Kind::language:
      if (!value.is_string()) return wrong_type(value, "a language tag");
      if (value.text() != "en" && !is_2_0_ && !language::check_tag(value.text())) {
        report_.say(Test::language, value, fmt::format("'{}' is no tag of a language.", shown(value.text())),
                    "Use a tag of RFC 5646, such as de or pt-br.");
      }
      break;
    case Kind::url:
      if (!value.is_string()) return wrong_type(value, "a URL");
      if (!is_url(value.text()))
        report_.say(Test::url, value, fmt::format("'{}' is no URL.", shown(value.text())),
                    "Write it with its scheme and without blanks.");
      break;
    case Kind::structure:
      if (!value.is_object()) return wrong_type(value, "an object");
      part(value, property.detail, container);
      break;
    case Kind::container:
      this->container(value);
      break;
    case Kind::contents:
      contents(value);
      break;
    case Kind::definition:
      if (!value.is_object()) wrong_type(value, "an object");
      break;
    case Kind::extensions:
    case Kind::any:
      break;
  }
}

void Checker::reference(const Property& property, Node value, Node container) {
  if (!value.is_string()) return wrong_type(value, "an identifier");
  const auto id = value.text();
  if (container) {
    const auto to = container[id];
    if (!to) {
      report_.say(Test::reference_local, value, fmt::format("'{}' is no key of the observed objects.", shown(id)),
                  "Refer to a key of the same container.");
    } else if (!is_in(property.refs, type_of(to.text_at("type"))) && type_of(to.text_at("type")) != Type::custom) {
      report_.say(Test::reference_type, value,
                  fmt::format("'{}' may not refer to an object of type {}.", property.name, shown(to.text_at("type"))),
                  {});
    }
    return;
  }
  std::string lower;
  const auto parts = id_parts(value, lower);
  if (!parts) {
    report_.say(Test::id_form, value, fmt::format("'{}' is no identifier.", shown(id)),
                "Identifiers are type--UUID, the UUID of RFC 4122.");
    return;
  }
  const auto type = type_of(parts->type);
  if (!is_in(property.refs, type) && type != Type::custom) {
    report_.say(Test::reference_type, value,
                fmt::format("'{}' may not refer to an object of type {}.", property.name, parts->type),
                "Refer to an object of a type that is allowed there.");
  }
}

void Checker::words(const Property& property, Node value) {
  if (!value.is_string()) return wrong_type(value, "a string");
  const auto words = static_cast<Words>(property.detail);
  if (has_word(words, value.text()) || is_2_0_) return;
  const bool closed = property.kind == Kind::enumeration;
  const auto test = closed                         ? Test::enumeration
                    : words == Words::pattern_type ? Test::pattern_language
                                                   : Test::vocabulary;
  const auto all = words_of(words);
  auto mend = all.size() > 12 ? std::string{} : fmt::format("The standard has {}.", fmt::join(all, ", "));
  report_.say(test, value,
              fmt::format("'{}' is no value that the standard gives '{}'.", shown(value.text()), property.name),
              std::move(mend));
}

void Checker::hashes(Node value) {
  if (!value.is_object()) return wrong_type(value, "a dictionary of hashes");
  if (value.empty()) report_.say(Test::empty_dictionary, value, "The dictionary is empty.", "Leave the property out.");
  for (const auto [name, digest] : value.members()) {
    if (!digest.is_string()) {
      wrong_type(digest, "a string");
      continue;
    }
    if (!is_dictionary_key(name) || name.size() < 3) {
      report_.say(Test::dictionary_key, digest, fmt::format("'{}' is no key of a hash.", shown(name)),
                  "Use 3 to 250 letters, digits, hyphens and underscores.");
      continue;
    }
    if (!is_hash(name, digest.text())) {
      report_.say(Test::hash_value, digest, fmt::format("The value is no {} hash.", name),
                  "Write the whole digest; most are pairs of hexadecimal digits.");
    }
    if (!is_2_0_ && !has_word(Words::hash_algorithm, name)) {
      report_.say(Test::hash_name, digest,
                  fmt::format("'{}' is no algorithm of the standard's vocabulary.", shown(name)),
                  "Use MD5, SHA-1, SHA-256, SHA-512, SHA3-256, SHA3-512, SSDEEP or TLSH.");
    }
  }
}

void Checker::dictionary(Node value, Values values) {
  if (!value.is_object()) return wrong_type(value, "a dictionary");
  if (value.empty()) report_.say(Test::empty_dictionary, value, "The dictionary is empty.", "Leave the property out.");
  for (const auto [name, each] : value.members()) {
    if (!is_dictionary_key(name)) {
      report_.say_in(Test::dictionary_key, value, name, fmt::format("'{}' is no key of a dictionary.", shown(name)),
                     "Use up to 250 letters, digits, hyphens and underscores.");
    }
    if (each.is_array() && each.empty()) {
      report_.say(Test::empty_list, each, "The list is empty.", "Leave the key out.");
    } else if (!fits(is_2_0_ && !each.is_null() ? Values::any : values, each)) {
      static constexpr std::string_view kWanted[] = {"a value",           "a string",
                                                     "a whole number",    "a string or a whole number",
                                                     "a list of strings", "a list of strings"};
      wrong_type(each, kWanted[static_cast<std::size_t>(values)]);
    }
  }
}

void Checker::extensions(Node value, Type owner, Node container) {
  if (!value.is_object()) return wrong_type(value, "a dictionary of extensions");
  if (value.empty()) report_.say(Test::empty_dictionary, value, "The dictionary is empty.", "Leave the property out.");
  for (const auto [name, extension] : value.members()) {
    if (!extension.is_object()) {
      wrong_type(extension, "an object");
      continue;
    }
    const auto all = predefined_extensions();
    const auto known = std::ranges::find(all, name, &PredefinedExtension::name);
    if (known != all.end()) {
      if (known->owner != owner) {
        report_.say(Test::extension, extension, fmt::format("'{}' extends no {}.", name, to_string(owner)), {});
      }
      part(extension, static_cast<std::size_t>(known->part), container);
      continue;
    }
    const auto kind = extension["extension_type"];
    const auto parts = parse_id(name);
    if (parts && parts->type == "extension-definition") {
      across_.uses_extension(name, report_.pointer_of(extension));
      if (!kind && !is_2_0_) {
        report_.say(Test::extension, extension, "The extension does not say its extension_type.",
                    "Give one of the standard's five.");
      } else if (kind && !has_word(Words::extension_type, kind.text())) {
        report_.say(Test::enumeration, kind, fmt::format("'{}' is no type of an extension.", shown(kind.text())),
                    fmt::format("The standard has {}.", fmt::join(words_of(Words::extension_type), ", ")));
      }
    } else if (is_custom_extension(name)) {
      if (extension.empty()) {
        report_.say(Test::empty_dictionary, extension, "The extension is empty.", "Leave it out.");
      } else if (!is_2_0_) {
        report_.say(Test::custom_extension, extension,
                    fmt::format("'{}' is no extension of the standard and has no definition.", shown(name)),
                    "Use the id of an extension-definition.");
      }
    } else if (!is_2_0_) {
      report_.say(Test::extension, extension,
                  fmt::format("'{}' is neither a predefined extension nor the id of a definition.", shown(name)),
                  "Use the id of an extension-definition.");
    }
  }
}

void Checker::container(Node value) {
  if (!value.is_object()) return wrong_type(value, "a dictionary of observables");
  if (value.empty()) report_.say(Test::empty_dictionary, value, "The dictionary is empty.", "Leave the property out.");
  for (const auto [name, each] : value.members()) {
    const auto type = type_of(each.text_at("type"));
    if (!each.is_object() || each.text_at("type").empty()) {
      report_.say(Test::object, each, "Among the observables stands something without a type.",
                  "Give it the property type.");
      continue;
    }
    if (type == Type::custom) continue;
    if (!is_in(kScos, type)) {
      report_.say(Test::reference_type, each, fmt::format("'{}' is no type of an observable.", to_string(type)), {});
      continue;
    }
    const bool was_2_0 = is_2_0_;
    is_2_0_ = true;
    part(each, static_cast<std::size_t>(type), value);
    is_2_0_ = was_2_0;
  }
}

void Checker::contents(Node value) {
  if (!value.is_object()) return wrong_type(value, "a dictionary of languages");
  if (value.empty())
    report_.say(Test::empty_dictionary, value, "The dictionary is empty.", "Give the texts of a language.");
  for (const auto [tag, texts] : value.members()) {
    if (!language::check_tag(tag)) {
      report_.say_in(Test::language, value, tag, fmt::format("'{}' is no tag of a language.", shown(tag)),
                     "Use a tag of RFC 5646, such as de or pt-br.");
    }
    if (!texts.is_object()) wrong_type(texts, "a dictionary of translated properties");
  }
}

std::optional<IdParts> Checker::id_parts(Node id, std::string& lower) {
  if (const auto parts = parse_id(id.text())) return parts;
  constexpr std::size_t kUuid = 36;
  if (id.text().size() <= kUuid) return std::nullopt;
  const auto uuid_at = id.text().size() - kUuid;
  lower = std::string{id.text().substr(0, uuid_at)} + text::lower_ascii(id.text().substr(uuid_at));
  const auto parts = parse_id(lower);
  if (parts) {
    report_.say(Test::id_case, id, "The UUID has digits in upper case.",
                "Write it in lower case, as RFC 4122 says of what is written; identifiers are compared byte by byte.");
  }
  return parts;
}

void Checker::id(Node root, Node id, Type type, std::string_view type_name) {
  std::string lower;
  const auto parts = id_parts(id, lower);
  if (!parts) {
    report_.say(Test::id_form, id, fmt::format("'{}' is no identifier.", shown(id.text())),
                "Identifiers are type--UUID, the UUID of RFC 4122.");
    return;
  }
  if (parts->type != type_name) {
    report_.say(Test::id_type, id,
                fmt::format("The identifier of an object of type {} begins with another type.", type_name),
                fmt::format("Begin it with {}--.", type_name));
  }
  if (is_2_0_) {
    if (parts->version != '4') {
      report_.say(Test::id_form, id, "In STIX 2.0 the UUID of an identifier is of version 4.", "Make it at random.");
    }
    return;
  }
  if (!is_in(kScos, type)) {
    if (parts->version != '4' && type != Type::marking_definition && type != Type::custom) {
      report_.say(Test::id_version, id, "The UUID is of another version than 4.", "Make identifiers at random.");
    }
    return;
  }
  const auto names = contributing_properties(type_name);
  const bool contributes = std::ranges::any_of(
      text::split(names, ' '), [&](std::string_view name) { return !name.empty() && static_cast<bool>(root[name]); });
  if (!contributes) {
    if (parts->version != '4') {
      report_.say(Test::id_not_contributing, id,
                  "The UUID is not of version 4, though the observable has no property from which it could follow.",
                  "Make such identifiers at random.");
    }
    return;
  }
  if (parts->version != '5') {
    report_.say(Test::id_version, id, "The UUID of an observable is not of version 5.",
                "Derive it from what contributes to it, so that equal observables have equal identifiers.");
    return;
  }
  const auto expected = deterministic_id(root);
  if (expected && *expected != id.text()) {
    report_.say(Test::id_deterministic, id, "The identifier does not follow from the observable's properties.",
                fmt::format("By {} it is {}.", contributing_properties(type_name), *expected));
  }
}

void Checker::markings(Node root) {
  for (const auto each : heads_.granular_markings.elements()) {
    const auto selectors = each["selectors"];
    if (static_cast<bool>(each["lang"]) == static_cast<bool>(each["marking_ref"]) && !is_2_0_) {
      report_.say(Test::granular, each, "A granular marking has one of marking_ref and lang, and not both.", {});
    }
    for (const auto selector : selectors.elements()) {
      if (selector.is_string() && !selects(root, selector.text())) {
        report_.say(Test::selector, selector,
                    fmt::format("'{}' selects nothing in the object.", shown(selector.text())),
                    "Selectors are written as in labels.[0] or external_references.[0].url.");
      }
    }
  }
}

void Checker::address(Node root) {
  if (!is_in(of(Type::ipv4_addr, Type::ipv6_addr, Type::mac_addr), type_)) return;
  const auto value = root["value"];
  if (!value.is_string()) return;
  const auto text = value.text();
  bool fits = false;
  std::string_view what = "IPv4 address or network";
  if (type_ == Type::ipv4_addr) {
    fits = is_ipv4(text, true);
  } else if (type_ == Type::ipv6_addr) {
    fits = is_ipv6(text);
    what = "IPv6 address or network";
  } else {
    what = "MAC address";
    fits = is_mac(text);
  }
  if (!fits) report_.say(Test::value, value, fmt::format("'{}' is no {}.", shown(text), what), {});
}

std::optional<StixTime> Checker::time_of(Node value) const noexcept {
  if (value == heads_.created) return heads_.created_at;
  if (value == heads_.modified) return heads_.modified_at;
  return parse_time(value.text());
}

void Checker::order(Node root, std::string_view first, std::string_view second, bool strictly) {
  in_order(root[first], root[second], first, second, strictly);
}

void Checker::in_order(Node earlier, Node later, std::string_view first, std::string_view second, bool strictly) {
  const auto a = time_of(earlier), b = time_of(later);
  if (!a || !b) return;
  if (*b < *a || (strictly && !(*a < *b))) {
    report_.say(Test::order, later,
                fmt::format("'{}' is not {} '{}'.", second, strictly ? "behind" : "at or behind", first),
                fmt::format("Put right {} or {}.", first, second));
  }
}

}  // namespace tocsin::formats::stix
