/** What other programs bring and use: API keys, contact properties, mailing lists, transactional emails. */
import { sql, type Kysely } from 'kysely';

export async function up(db: Kysely<never>): Promise<void> {
  const { schema } = db;
  const tenantTable = (name: string) =>
    schema
      .createTable(name)
      .addColumn('account_id', 'text', (c) => c.notNull())
      .addColumn('livemode', 'integer', (c) => c.notNull());
  const keyOf = (...columns: string[]) => ['account_id', 'livemode', ...columns] as never[];

  await tenantTable('api_key')
    .addColumn('id', 'text', (c) => c.notNull())
    .addColumn('key_hash', 'text', (c) => c.notNull())
    .addColumn('hint', 'text', (c) => c.notNull())
    .addColumn('name', 'text', (c) => c.notNull())
    .addColumn('scope', 'text', (c) => c.notNull())
    .addColumn('created_at', 'bigint', (c) => c.notNull())
    .addColumn('last_used_at', 'bigint')
    .addPrimaryKeyConstraint('api_key_pk', keyOf('id'))
    .execute();
  await schema.createIndex('api_key_hash').on('api_key').column('key_hash').unique().execute();

  await tenantTable('api_answer')
    .addColumn('key_hash', 'text', (c) => c.notNull())
    .addColumn('request_hash', 'text', (c) => c.notNull())
    .addColumn('answer', 'text', (c) => c.notNull())
    .addColumn('created_at', 'bigint', (c) => c.notNull())
    .addPrimaryKeyConstraint('api_answer_pk', keyOf('key_hash'))
    .execute();
  await schema.createIndex('api_answer_created').on('api_answer').column('created_at').execute();

  await schema.alterTable('contact').addColumn('user_id', 'text').execute();
  await schema.alterTable('contact').addColumn('properties', 'text').execute();
  await schema
    .createIndex('contact_user')
    .on('contact')
    .columns(['account_id', 'livemode', 'user_id'])
    .unique()
    .where(sql.ref('user_id'), 'is not', null)
    .execute();
  await tenantTable('contact_property')
    .addColumn('name', 'text', (c) => c.notNull())
    .addColumn('type', 'text', (c) => c.notNull())
    .addColumn('created_at', 'bigint', (c) => c.notNull())
    .addPrimaryKeyConstraint('contact_property_pk', keyOf('name'))
    .execute();

  await tenantTable('mailing_list')
    .addColumn('id', 'text', (c) => c.notNull())
    .addColumn('name', 'text', (c) => c.notNull())
    .addColumn('description', 'text')
    .addColumn('is_public', 'integer', (c) => c.notNull())
    .addColumn('created_at', 'bigint', (c) => c.notNull())
    .addPrimaryKeyConstraint('mailing_list_pk', keyOf('id'))
    .execute();
  await tenantTable('list_membership')
    .addColumn('contact_id', 'text', (c) => c.notNull())
    .addColumn('list_id', 'text', (c) => c.notNull())
    .addColumn('is_member', 'integer', (c) => c.notNull())
    .addColumn('changed_by', 'text', (c) => c.notNull())
    .addColumn('at', 'bigint', (c) => c.notNull())
    .addPrimaryKeyConstraint('list_membership_pk', keyOf('contact_id', 'list_id'))
    .execute();
  await schema
    .createIndex('list_membership_list')
    .on('list_membership')
    .columns(['account_id', 'livemode', 'list_id', 'is_member'])
    .execute();

  await tenantTable('transactional_email')
    .addColumn('id', 'text', (c) => c.notNull())
    .addColumn('name', 'text', (c) => c.notNull())
    .addColumn('draft', 'text', (c) => c.notNull())
    .addColumn('published', 'text')
    .addColumn('published_at', 'bigint')
    .addColumn('revision', 'integer', (c) => c.notNull())
    .addColumn('created_at', 'bigint', (c) => c.notNull())
    .addColumn('updated_at', 'bigint', (c) => c.notNull())
    .addPrimaryKeyConstraint('transactional_email_pk', keyOf('id'))
    .execute();
  await schema.alterTable('email').addColumn('transactional_id', 'text').execute();
  // By address, to be found when their recipient is forgotten: they need no contact.
  await schema
    .createIndex('email_transactional')
    .on('email')
    .columns(['account_id', 'livemode', 'to_address'])
    .where(sql.ref('transactional_id'), 'is not', null)
    .execute();
  await tenantTable('email_data')
    .addColumn('email_id', 'text', (c) => c.notNull())
    .addColumn('data', 'text', (c) => c.notNull())
    .addPrimaryKeyConstraint('email_data_pk', keyOf('email_id'))
    .execute();
}
