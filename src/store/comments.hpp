#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "domain/organisation.hpp"
#include "domain/record.hpp"
#include "store/database.hpp"

namespace tocsin::store {

/// What somebody wrote about a record. Who may see it: domain::policy::may_see_comment.
struct Comment {
  std::int64_t number = 0;  ///< Never leaves the house: numbers would count what is hidden.
  std::string id;           ///< A UUID.
  domain::RecordId record;
  domain::OrganisationId organisation;
  std::optional<domain::PersonId> person;  ///< None: written at the console.
  bool wide = false;                       ///< For everyone here who may see the record.
  std::string body;
  Timestamp written_at;
  std::optional<Timestamp> edited_at;
  std::string organisation_name, person_name;  ///< Read only.
};

class Comments {
 public:
  explicit Comments(Connection& connection) : connection_(connection) {}
  /// All of one record, oldest first, whoever may see them.
  Result<std::vector<Comment>> of(domain::RecordId record);
  Result<std::optional<Comment>> find(domain::RecordId record, std::string_view id);
  Result<std::int64_t> count(domain::RecordId record, domain::OrganisationId organisation);
  Status add(const Comment& comment);
  Status set_body(std::int64_t number, std::string_view body, Timestamp now);
  Status remove(std::int64_t number);

 private:
  Connection& connection_;
};

}  // namespace tocsin::store
