#include "exchange/prepare_stix.hpp"

#include <algorithm>
#include <array>
#include <map>

#include <fmt/format.h>

#include "base/hash.hpp"
#include "base/text.hpp"
#include "formats/stix/grammar.hpp"
#include "formats/stix/ids.hpp"
#include "formats/stix/lift.hpp"
#include "formats/stix/markings.hpp"
#include "formats/stix/validate.hpp"
#include "formats/stix/versions.hpp"

namespace tocsin::exchange {
namespace {

namespace stix = formats::stix;

constexpr std::size_t kTitleBytesMax = 300;
/// A type has 250 characters at most (section 3.1), a UUID 36.
constexpr std::size_t kIdBytesMax = 288;

/// What an object cannot be kept without: it is an object, has what its type requires, and of the right types. All else
/// that the standard demands is for `tocsin validate` to say.
constexpr std::array<std::string_view, 5> kStructure{"STIX-json", "STIX-3-object", "STIX-2-type", "STIX-3-required",
                                                     "STIX-3-one-of"};

/// TLP by the id of a marking definition.
using Levels = std::map<std::string, domain::Tlp, std::less<>>;

class Reader {
 public:
  Reader(const std::string& name, const ImportOptions& options, Prepared& out)
      : name_(name), options_(options), out_(out), made_(std::make_shared<PreparedObjects>()) {
    for (const auto& each : stix::tlp_markings()) {
      if (const auto tlp = domain::parse_tlp(each.level)) levels_.emplace(each.id, *tlp);
    }
    levels_.insert(options.markings.begin(), options.markings.end());
  }

  Status read(std::string_view bytes) {
    stix::ReadLimits limits;
    limits.bytes_max = static_cast<std::size_t>(options_.limits.document_bytes_max);
    limits.object_bytes_max = std::min(limits.object_bytes_max, limits.bytes_max);
    json_limits_ = {.bytes_max = limits.object_bytes_max, .depth_max = limits.depth_max};
    // Definitions may stand behind what they mark, and the bundle's version behind its objects.
    TRY(const auto content, stix::read_objects(bytes, limits, [&](const stix::RawObject& raw) {
          definition(raw.bytes);
          return ok();
        }));
    made_->revisions.reserve(content.objects);
    bundle_2_0_ = false;
    if (const auto header = tape_.read(content.header.empty() ? "{}" : content.header, json_limits_)) {
      bundle_2_0_ = header->text_at("spec_version") == "2.0";
    }
    TRY_VOID(stix::read_objects(bytes, limits, [&](const stix::RawObject& raw) {
      object(raw);
      return ok();
    }));
    out_.stix = std::move(made_);
    return ok();
  }

 private:
  void refuse(const std::string& pointer, std::string message, stix::Node root = {}) {
    ++made_->refused;
    if (made_->refusals.size() < kRefusalsMax) {
      const auto said = [&](std::string_view name) {
        return root.is_object() ? printable_name(text::shorten(root.text_at(name), kIdBytesMax)) : std::string{};
      };
      auto version = said("modified");
      if (version.empty()) version = said("created");
      made_->refusals.push_back({.id = said("id"), .version = std::move(version), .pointer = pointer, .why = message});
    }
    if (out_.problems.size() < kProblemsMax) {
      out_.problems.push_back(Error::invalid(std::move(message), pointer.empty() ? name_ : name_ + ":" + pointer));
    }
  }

  void definition(std::string_view bytes) {
    if (bytes.find("\"definition_type\"") == bytes.npos && bytes.find("tlp_2_0") == bytes.npos) return;
    const auto root = tape_.read(bytes, json_limits_);
    if (!root) return;
    const auto tlp = domain::parse_tlp(stix::tlp_level_of(*root));
    // What the standard fixes stays as it is, whatever a file says of it.
    if (tlp) levels_.emplace(root->text_at("id"), *tlp);
  }

  void object(const stix::RawObject& raw) {
    const auto root = tape_.read(raw.bytes, json_limits_);
    if (!root) {
      return refuse(raw.pointer(), fmt::format("The object is no JSON that can be read: {}", root.error().message));
    }
    if (!root->is_object()) return refuse(raw.pointer(), "Is no object of JSON");
    if (!stix::is_of_2_0(*root, bundle_2_0_, raw.form)) return add(raw.bytes, raw.pointer(), false);
    if (!options_.lift) {
      return refuse(raw.pointer(), R"(Only objects of STIX 2.1 are taken, which say "spec_version":"2.1")", *root);
    }
    // Alone, so that what is damaged beside it harms nothing, and pointers stay those of the file.
    const auto lifted =
        stix::lift_to_2_1(fmt::format(R"({{"type":"bundle","spec_version":"2.0","objects":[{}]}})", raw.bytes));
    if (!lifted) return refuse(raw.pointer(), fmt::format("Cannot be read as STIX 2.0: {}", lifted.error().message));
    ++made_->lifted;
    const auto status = stix::read_objects(lifted->json, {}, [&](const stix::RawObject& each) {
      add(each.bytes, raw.pointer(), true);
      return ok();
    });
    if (!status) refuse(raw.pointer(), status.error().message);
  }

  /// What is wrong with the structure of it; empty where nothing is.
  std::string damage(std::string_view bytes, stix::Node root) {
    const auto id = root.text_at("id"), type = root.text_at("type");
    const auto lower = text::lower_ascii(id);
    const auto parts = stix::parse_id(lower);
    for (const auto& finding : validator_.validate(bytes).findings) {
      if (std::ranges::find(kStructure, finding.test) == kStructure.end()) continue;
      return finding.path.empty() ? finding.message : fmt::format("{} ({})", finding.message, finding.path);
    }
    if (!parts || id.size() > kIdBytesMax) {
      return fmt::format("'{}' is no identifier: a type, two hyphens and a UUID",
                         printable_name(text::shorten(id, 80)));
    }
    if (parts->type != text::lower_ascii(type)) {
      return fmt::format("The identifier is one of type '{}', the object says it is of type '{}'",
                         printable_name(parts->type), printable_name(text::shorten(type, 80)));
    }
    if (type == "bundle") return "A bundle within a bundle is no object";
    for (const std::string_view name : {"created", "modified"}) {
      // An observable's are of the thing that was observed.
      if (stix::is_in(stix::kScos, stix::type_of(type))) break;
      const auto value = root[name];
      if (value && !stix::parse_time(value.text())) {
        return fmt::format("'{}' is no timestamp: '{}'", name, printable_name(text::shorten(value.text(), 80)));
      }
    }
    return {};
  }

  void add(std::string_view bytes, const std::string& pointer, bool lifted) {
    const auto root = tape_.read(bytes, json_limits_);
    if (!root) return refuse(pointer, root.error().message);
    if (auto wrong = damage(bytes, *root); !wrong.empty()) return refuse(pointer, std::move(wrong), *root);
    stix::read_facts(*root, facts_);
    domain::NewRevision revision;
    revision.kind = domain::RecordKind::stix_object;
    revision.key = facts_.id;
    revision.title = title(*root);
    const auto [tlp, defaulted] = marking();
    revision.tlp = tlp;
    revision.owner = options_.owner;
    const bool has_versions = !stix::is_in(stix::kScos, stix::type_of(facts_.type));
    if (has_versions) revision.version = facts_.modified_text;
    revision.version_order = stix::version_order(revision.version, lifted);
    revision.format = lifted ? "stix-2.0" : "stix-2.1";
    revision.document_status = facts_.revoked ? "revoked" : "";
    revision.sha512 = sha512_hex(bytes);
    if (has_versions && facts_.created) revision.initial_release_at = *facts_.created;
    revision.current_release_at = has_versions && facts_.modified ? *facts_.modified : revision.initial_release_at;
    for (const auto label : facts_.labels) revision.labels.emplace_back(label);
    revision.source = name_;
    revision.bytes = bytes;
    made_->revisions.push_back(std::move(revision));
    made_->tlp_defaulted.push_back(defaulted);
  }

  /// The strictest of the object's, raised by those of its parts.
  std::pair<domain::Tlp, bool> marking() const {
    std::optional<domain::Tlp> tlp;
    const auto raise = [&](std::string_view id) {
      if (const auto found = levels_.find(id); found != levels_.end()) {
        tlp = tlp ? std::max(*tlp, found->second) : found->second;
      }
    };
    for (const auto id : facts_.object_marking_refs) raise(id);
    // The standard's definitions of TLP are everybody's.
    if (!stix::tlp_level(facts_.id).empty()) tlp = domain::Tlp::clear;
    const bool defaulted = !tlp;
    if (defaulted) tlp = options_.default_tlp;
    for (const auto& each : facts_.granular_markings) raise(each.marking_ref);
    return {*tlp, defaulted};
  }

  std::string title(stix::Node root) const {
    const auto text = [&](std::string_view what) { return std::string{text::shorten(what, kTitleBytesMax)}; };
    if (!facts_.name.empty() && facts_.type != "file" && facts_.type != "mutex") return text(facts_.name);
    const auto with = [&](std::string_view what) {
      return what.empty() ? std::string{facts_.type} : text(fmt::format("{} {}", facts_.type, what));
    };
    if (!facts_.values.empty()) return with(facts_.values.front().value);
    if (!facts_.name.empty()) return with(facts_.name);
    if (!facts_.relationship_type.empty()) return with(facts_.relationship_type);
    if (!facts_.pattern.empty()) return with(facts_.pattern);
    if (const auto abstract = root.text_at("abstract"); !abstract.empty()) return text(abstract);
    for (const std::string_view name : {"opinion", "context", "product", "result"}) {
      if (const auto value = root.text_at(name); !value.empty()) return with(value);
    }
    if (const auto tlp = domain::parse_tlp(stix::tlp_level_of(root))) {
      return with(fmt::format("TLP:{}", domain::to_string(*tlp)));
    }
    return with(root["definition"].text_at("statement"));
  }

  const std::string& name_;
  const ImportOptions& options_;
  Prepared& out_;
  std::shared_ptr<PreparedObjects> made_;
  Levels levels_;
  bool bundle_2_0_ = false;
  json::Limits json_limits_;
  stix::TapeReader tape_;
  stix::Validator validator_;
  stix::Facts facts_;
};

}  // namespace

Prepared prepare_stix(const std::string& name, std::string_view bytes, const ImportOptions& options) {
  Prepared prepared;
  const auto status = Reader{name, options, prepared}.read(bytes);
  if (status) return prepared;
  auto error = status.error();
  error.where = error.where.empty() ? name : name + ":" + error.where;
  // It ends in the middle: nothing of it is taken.
  prepared.stix = nullptr;
  prepared.problems.clear();
  prepared.problems.push_back(std::move(error));
  return prepared;
}

}  // namespace tocsin::exchange
