#pragma once
#include <array>
#include <cstdint>
#include <map>
#include <memory_resource>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

#include "formats/stix/grammar.hpp"
#include "formats/stix/ids.hpp"
#include "formats/stix/tests.hpp"
#include "formats/stix/validate.hpp"

/// The works of the validator: one object by the tables (Checker), all objects together (Across), what is said
/// (Report).
namespace tocsin::formats::stix {

class Report {
 public:
  explicit Report(std::vector<Finding>& out) : out_(out) {}
  /// What is said from now on is about nodes of this object.
  void begin(const RawObject& raw, Node root) {
    raw_ = raw;
    root_ = root;
  }
  /// Is another finding of the test wanted? Otherwise it is counted, and no text need be made.
  bool wants(Test test) noexcept { return ++counts_[static_cast<std::size_t>(test)] <= kFindingsPerTestMax; }
  void say(Test test, Node node, std::string message, std::string mend = {});
  /// Of a property's name, which is no node: `name` is appended.
  void say_in(Test test, Node object, std::string_view name, std::string message, std::string mend = {});
  void say_at(Test test, std::string path, std::string message, std::string mend);
  /// Says how many were not kept.
  void finish();
  std::string pointer_of(Node node) const { return raw_.pointer() + node.pointer_from(root_); }
  const RawObject& raw() const noexcept { return raw_; }

 private:
  void add(Test test, std::string path, std::string message, std::string mend);
  std::vector<Finding>& out_;
  std::array<std::size_t, static_cast<std::size_t>(Test::count)> counts_{};
  RawObject raw_;
  Node root_;
};

/// What most rules ask an object for, found in one walk. Of what is repeated, which is told, the first.
struct Heads {
  Node type, id, spec_version, created, modified, created_by_ref, revoked, extensions;
  Node object_marking_refs, granular_markings, relationship_type, source_ref, target_ref;
  std::optional<StixTime> created_at, modified_at;

  explicit Heads(Node object) noexcept;

 private:
  Node* of(std::string_view name) noexcept;
};

/// What one object says of another, in the same content.
class Across {
 public:
  explicit Across(Report& report) : report_(report) {}
  void object(Node root, Type type, const Heads& heads, bool is_2_0);
  void uses_extension(std::string_view id, const std::string& pointer);
  void finish();

 private:
  struct Version {
    std::string_view text;
    std::optional<StixTime> time;
    std::string_view bytes;
  };
  struct Seen {
    std::string_view id, created, creator;
    std::optional<StixTime> created_at;
    RawObject raw;
    bool is_2_0 = false;
    std::optional<Version> first;     ///< That has a modification; the others stand in `later_`.
    std::optional<Version> revoking;  ///< The latest version that revokes.
  };
  /// Whose version, and of when; where that is no time, its text.
  struct VersionAt {
    std::size_t seen = 0;
    std::optional<StixTime> time;
    std::string_view text;
    friend bool operator<(const VersionAt& a, const VersionAt& b) noexcept {
      return std::tie(a.seen, a.time, a.text) < std::tie(b.seen, b.time, b.text);
    }
  };
  static VersionAt key_of(std::size_t seen, const Version& version) noexcept {
    return {seen, version.time, version.time ? std::string_view{} : version.text};
  }
  /// Numbers texts from 0 in the order they came. They have to stay where they are.
  class Numbers {
   public:
    std::pair<std::size_t, bool> add(std::string_view text);
    std::optional<std::size_t> find(std::string_view text) const noexcept;

   private:
    /// Where it stands, or where it would.
    std::size_t slot_of(std::string_view text, std::uint64_t hash) const noexcept;
    struct Slot {
      std::uint64_t hash = 0;
      std::string_view text;
      std::size_t number = 0;  ///< From 1; 0: nothing is here.
    };
    std::vector<Slot> slots_;
    std::size_t count_ = 0;
  };
  void version(std::size_t at, Node root, const Version& version);
  void same_version(Node root, std::string_view id, std::string_view first_bytes);
  void revoked(std::size_t at);
  /// The text, for as long as this lives.
  std::string_view kept(std::string_view text);

  Report& report_;
  std::pmr::monotonic_buffer_resource texts_;
  Numbers ids_;
  std::vector<Seen> seen_;  ///< By their number in `ids_`.
  std::map<VersionAt, Version> later_;
  Numbers marking_ids_;
  struct Marking {
    std::size_t seen = 0;
    std::vector<std::string_view> marked_by;
  };
  std::vector<Marking> markings_;
  Numbers extension_ids_;
  /// Extensions that several objects together use, and where the first use is.
  std::vector<std::pair<std::string_view, std::string>> extensions_;
};

class Checker {
 public:
  Checker(Report& report, Across& across) : report_(report), across_(across) {}
  /// Answers whether it was read as STIX 2.0.
  bool object(Node root, bool as_2_0);
  void bundle(Node header);

 private:
  void part(Node object, std::size_t part, Node container);
  void property(const Property& property, Node value, Node container);
  void value(const Property& property, Node value, Node container);
  void reference(const Property& property, Node value, Node container);
  void words(const Property& property, Node value);
  void hashes(Node value);
  void dictionary(Node value, Values values);
  void extensions(Node value, Type owner, Node container);
  void container(Node value);
  void contents(Node value);
  void id(Node root, Node id, Type type, std::string_view type_name);
  /// The parts of an identifier, also where it has upper case, which is told.
  std::optional<IdParts> id_parts(Node id, std::string& lower);
  void own_rules(Node root, Type type);
  void address(Node root);
  std::optional<StixTime> time_of(Node value) const noexcept;
  void order(Node root, std::string_view first, std::string_view second, bool strictly);
  void in_order(Node earlier, Node later, std::string_view first, std::string_view second, bool strictly);
  void markings(Node root);
  void relationship(Node root);
  void custom(Node object, std::string_view name, Node value);
  void wrong_type(Node value, std::string_view wanted);

  Report& report_;
  Across& across_;
  Heads heads_{Node{}};
  Type type_ = Type::custom;
  bool is_2_0_ = false;
  bool has_toplevel_extension_ = false;
  bool is_observable_ = false;     ///< Of a custom object: nothing says that it is a domain object.
  std::vector<std::string> told_;  ///< Relationships that were told of.
};

}  // namespace tocsin::formats::stix
