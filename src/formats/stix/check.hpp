#pragma once
#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
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

/// What one object says of another, in the same content.
class Across {
 public:
  explicit Across(Report& report) : report_(report) {}
  void object(Node root, Type type, std::string_view id, Node created, Node modified, bool revoked, bool is_2_0);
  void uses_extension(std::string_view id, const std::string& pointer);
  void finish();

 private:
  struct Version {
    std::string text;
    std::optional<StixTime> time;
    std::string_view bytes;
  };
  struct Seen {
    std::string created, creator, pointer;
    bool is_2_0 = false;
    std::optional<StixTime> created_at;
    std::vector<Version> versions;        ///< What has a modification; of others one.
    std::optional<std::size_t> revoking;  ///< The latest version that revokes.
  };
  void same_version(Node root, std::string_view id, const Version& first, std::string_view bytes);
  struct Hash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const noexcept { return std::hash<std::string_view>{}(text); }
  };
  template <class Value>
  using Map = std::unordered_map<std::string, Value, Hash, std::equal_to<>>;
  Report& report_;
  Map<Seen> seen_;
  std::vector<const std::pair<const std::string, Seen>*> in_order_;
  Map<std::vector<std::string>> marked_;  ///< Marking definitions and what marks them.
  std::vector<std::string> marking_order_;
  Map<std::string> extensions_;  ///< Extensions that several objects together use, and where the first use is.
  std::vector<std::string> extension_order_;
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
  void order(Node root, std::string_view first, std::string_view second, bool strictly);
  void markings(Node root);
  void relationship(Node root);
  void custom(Node object, std::string_view name, Node value);
  void wrong_type(Node value, std::string_view wanted);

  Report& report_;
  Across& across_;
  Node root_;
  Type type_ = Type::custom;
  bool is_2_0_ = false;
  bool has_toplevel_extension_ = false;
  bool is_observable_ = false;     ///< Of a custom object: nothing says that it is a domain object.
  std::vector<std::string> told_;  ///< Relationships that were told of.
};

}  // namespace tocsin::formats::stix
